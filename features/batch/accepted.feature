@interface-batch
Feature: Batched Device CSR Web Service: a batch that is right is accepted, and each Device CSR of it gets a Device Certificate
  Appendix M 2.5.1, M-C to M-E. No earlier certificate is asked for: the first ones of a new Device come this way.
  Every Device Certificate is judged whole; what no scenario here cites counts against its requirement all the same.

  Background:
    Given an Authorised Subscriber of the Batched Device CSR Web Service

  @BWS-P01 @M-2.2-a @M-2.5.GO-b @M-2.5.1.1-a @M-2.5.1.2-c @M-2.5.1.3-a @M-2.5.1.3-e @M-2.5.1.4-a @M-2.5.1.4-e
  @M-C-HTTP-a @M-C-PENDING @M-D-HTTP-a @M-D-COMPLETED @M-D-CSR-SUCCESS @M-E-REQ-c @M-2.5.1.5-a
  @G-EUI-a @M-F-DEV-a @M-F-DEV-b @M-F-DEV-c @M-F-DEV-d @M-F-DEV-e @M-F-DEV-f @M-F-DEV-g
  Scenario Outline: A batch for Devices without any certificate is accepted and processed
    When the subscriber submits a batch of <number> Device CSRs for new Devices
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate

    Examples:
      | number |
      | 1      |
      | 3      |
      | 40     |

  @BWS-P02 @M-2.5.1.3-a @M-2.5.1.3-e @M-2.5.1.4-a @M-F-DEV-d
  Scenario: The two usages of one Device may come in one batch
    When the subscriber submits a batch with both usages for one new Device
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate

  @BWS-P03 @M-2.5.1.3-d @M-2.5.1.4-a @M-D-COMPLETED @G-DEV-b
  Scenario: Several Devices may each stand in a batch twice, once for each usage
    When the subscriber submits a batch with 2 Device CSRs for each of 4 new Devices
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate
    And no two certificates of it have the same serial number

  @BWS-P04 @M-2.5.1.2-b @M-2.5.1.2-c @M-2.5.1.3-e @M-2.5.1.4-a @M-D-COMPLETED @M-D-RSP-d @G-DEV-g
  Scenario: As many Device CSRs as a batch may hold are accepted, and each is issued its own Device Certificate
    When the subscriber submits a batch of as many Device CSRs as a batch may hold
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate

  @BWS-P05 @M-2.5.1.2-c @M-2.5.1.4-a @M-D-RSP-c @M-D-RSP-d
  Scenario: Several batches may be outstanding, each with a BatchId and results of its own
    When the subscriber submits 3 batches, one after another
    Then each batch is accepted
    And each Device CSR of each batch is issued a Device Certificate

  @BWS-P06 @M-E-REQ-d @M-D-RSP-d @M-D-COMPLETED
  Scenario Outline: The identifier of a Device CSR stands in the result as it was sent
    When the subscriber submits a batch whose Device CSRs have as IDs <identifiers>
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate

    Examples:
      | identifiers                                  |
      | 1 character                                  |
      | 100 characters                               |
      | letters, digits, dots, hyphens, underscores  |
      | letters beyond ASCII                         |
      | names that differ in the case of letters     |

  @BWS-P07 @M-E-REQ-a @M-C-RSP-a
  Scenario Outline: The reference of a batch is echoed as it was sent
    When the subscriber submits a batch under a reference of <reference>
    Then the batch is accepted
    And the batch's answer carries its reference

    Examples:
      | reference                   |
      | 1 character                 |
      | 256 characters              |
      | characters that XML escapes |
      | characters beyond ASCII     |
      | spaces within               |

  @BWS-P08 @M-2.5.1.3-a @M-F-DEV-d @M-F-DEV-e @G-VEC-a @G-12-m
  Scenario: In a batch the order of the extensions and their criticality are not checked either
    When the subscriber submits a batch of Device CSRs in every shape that is right
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate

  @BWS-P09 @M-2.5.GO-b @M-2.5.GO-c @M-2.5.GO-e @M-MSG-a @M-MSG-b @M-C-PENDING @M-C-RSP-a @M-C-RSP-b @M-C-RSP-c @M-E-REQ-b
  Scenario: The answer to a batch is the message of the schema
    When the subscriber submits a batch of 2 Device CSRs for new Devices
    Then the batch is accepted
    And the batch's answer carries its reference

  @BWS-P10 @M-2.5.GO-b @M-2.5.GO-d @M-2.5.GO-e @M-MSG-a @M-MSG-b @M-2.5.1.4-c @M-2.5.1.4-e
  @M-D-COMPLETED @M-D-RSP-a @M-D-RSP-b @M-D-RSP-c @M-D-RSP-d @M-D-RSP-e @M-D-CSR-SUCCESS @M-D-CSR-VALUES
  Scenario: The result of a batch is the message of the schema, with exactly one result for each Device CSR
    When the subscriber submits a batch of 5 Device CSRs for new Devices
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate

  @BWS-P11 @M-2.5.1.3-d @needs-operator-devices
  Scenario Outline: A batch may bring a Device up to the limit
    Given a Device that is <short> short of the limit, for the batch
    When the subscriber submits a batch of 1 Device CSRs for that Device
    Then the batch is accepted
    And each Device CSR of it is issued a Device Certificate

    Examples:
      | short            |
      | one certificate  |
      | two certificates |
