@interface-batch
Feature: Batched Device CSR Web Service: a batch that is wrong as a whole is refused whole, at once
  Appendix M 2.5.1.2, M-C, M-E. The batch would be accepted but for the one thing that each row names.

  Background:
    Given the Batched service takes batches from an Authorised Subscriber

  @BWS-N01 @M-2.5.1.2-a @M-2.5.1.2-c @M-2.5.GO-c @M-C-FORMAT_ERROR @M-C-RSP-a
  Scenario Outline: A batch that is not well-formed XML is refused as a format error
    When the subscriber submits a faulty batch: <fault>
    Then the batch is refused with FORMAT_ERROR
    And the batch's answer carries no reference
    And nothing of it was issued

    Examples:
      | fault                              |
      | an empty body                      |
      | text that is not XML               |
      | JSON                               |
      | XML cut after its first half       |
      | XML without its last end tag       |
      | XML with octets that are not UTF-8 |
      | XML with an undeclared entity      |
      | XML with a second root element     |

  @BWS-N02 @M-2.5.1.2-a @M-2.5.1.2-c @M-2.5.GO-e @M-C-FORMAT_ERROR @M-E-REQ-a @M-E-REQ-b @M-E-REQ-c @M-MSG-a
  Scenario Outline: A batch that breaks the schema is refused as a format error
    When the subscriber submits a faulty batch: <fault>
    Then the batch is refused with FORMAT_ERROR
    And nothing of it was issued

    Examples:
      | fault                                   |
      | another root element                    |
      | the root element of the Ad Hoc service  |
      | the root element in a namespace         |
      | no Version                              |
      | Version twice                           |
      | Version 2.0                             |
      | an empty Version                        |
      | the DeviceCSRs before Version           |
      | an unknown element between              |
      | an unknown element at the end           |
      | an unknown attribute                    |
      | an unknown attribute of a DeviceCSR     |
      | no ID                                   |
      | an empty ID                             |
      | an ID of 257 characters                 |
      | a CSR that is not Base64                |
      | a CSR with BEGIN and END lines          |

  @BWS-N03 @M-2.5.1.2-a @M-E-REQ-d @M-C-FORMAT_ERROR
  Scenario Outline: A batch in which the identifier of a Device CSR is wrong is refused as a format error
    When the subscriber submits a faulty batch: <fault>
    Then the batch is refused with FORMAT_ERROR
    And nothing of it was issued

    Examples:
      | fault                                            |
      | a DeviceCSR without ID                           |
      | a DeviceCSR with an empty ID                     |
      | a DeviceCSR with an ID of 101 characters         |
      | a DeviceCSR with an ID that starts with a digit  |
      | a DeviceCSR with an ID that starts with a hyphen |
      | a DeviceCSR with an ID that holds a space        |
      | a DeviceCSR with an ID that holds a colon        |
      | a DeviceCSR with an ID that holds a slash        |
      | two DeviceCSRs with one ID                       |

  @BWS-N04 @M-2.5.1.2-a @M-E-REQ-c @M-C-FORMAT_ERROR
  Scenario: A batch without any Device CSR is refused as a format error
    When the subscriber submits a faulty batch: no DeviceCSR
    Then the batch is refused with FORMAT_ERROR

  @BWS-N05 @M-2.5.1.3-a @M-E-REQ-c @M-F-DEV-g
  Scenario Outline: A Device CSR of a batch that is not Base64 without white space is issued nothing
    The schema's type lets white space and the empty string pass, so the batch may be refused whole, or accepted
    and the one Device CSR given an error.
    When the subscriber submits a faulty batch: <fault>
    Then the batch is refused with FORMAT_ERROR, or accepted with a CSR error for the faulty one

    Examples:
      | fault                   |
      | a CSR with line breaks  |
      | a CSR with spaces       |
      | an empty CSR            |

  @BWS-N06 @M-2.5.1.2-b @M-2.5.1.2-c @M-C-FORMAT_ERROR @M-C-RSP-a
  Scenario: One Device CSR more than a batch may hold has the whole batch refused, and its reference is echoed
    When the subscriber submits a batch of one Device CSR more than a batch may hold
    Then the batch is refused with FORMAT_ERROR
    And the batch's answer carries its reference
    And nothing of it was issued

  @BWS-N07 @M-2.5.1.2-a @advisory
  Scenario: A batch with a document type of its own is refused as a format error
    Advisory: the schema does not speak of document types, and with its entity replaced this batch is right.
    When the subscriber submits a batch whose Version is an internal entity
    Then the batch is refused with FORMAT_ERROR

  @BWS-N08 @M-2.5.1.2-a @M-C-FORMAT_ERROR
  Scenario: An external entity in a batch is refused as a format error and discloses nothing
    When the subscriber submits a batch whose Version is an external entity
    Then the batch is refused with FORMAT_ERROR
    And the batch's answer discloses nothing of the entity
    And nothing of it was issued

  @BWS-N09 @M-2.5.1.2-a @M-C-FORMAT_ERROR
  Scenario: Entities in a batch that expand without measure are refused as a format error and exhaust nothing
    When the subscriber submits a batch whose Version expands to ten thousand million characters
    Then the batch is refused with FORMAT_ERROR
    And another batch is accepted

  @BWS-N30 @M-2.5.1.2-a @M-2.5.1.2-b @M-2.5.1.2-c @needs-operator-clock @needs-operator-issued
  Scenario Outline: A batch that was refused whole is not processed in the night either
    When the subscriber submits a faulty batch: <fault>
    Then the batch is refused with FORMAT_ERROR
    And nothing of it is issued by the next morning

    Examples:
      | fault                             |
      | XML without its last end tag      |
      | Version 2.0                       |
      | two DeviceCSRs with one ID        |
      | a CSR that is not Base64          |

  @BWS-N31 @M-2.5.1.2-b @needs-operator-clock @needs-operator-issued
  Scenario: A batch that was refused for its size is not processed in the night either
    When the subscriber submits a batch of one Device CSR more than a batch may hold
    Then the batch is refused with FORMAT_ERROR
    And nothing of it is issued by the next morning

  @BWS-N32 @M-2.5.GO-b @M-2.5.GO-c @M-2.5.GO-e @M-MSG-a @M-MSG-b @M-C-FORMAT_ERROR @M-C-RSP-a @M-C-RSP-b @M-C-RSP-c
  Scenario Outline: The answer that refuses a batch is the message of the schema
    When the subscriber submits a faulty batch: <fault>
    Then the batch is refused with FORMAT_ERROR

    Examples:
      | fault                        |
      | XML cut after its first half |
      | Version 2.0                  |
