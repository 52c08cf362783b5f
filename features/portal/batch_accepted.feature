@interface-portal-gateway
Feature: SMKI Portal: a Batched CSR that is right is accepted, and its two result files can be picked up
  Appendix M 2.3.1.6 to 2.3.1.9, M-F. A report and a ZIP of the certificates, as two files or in one: either is accepted.
  Both are judged whole, and so is every Device Certificate.

  Background:
    Given an ARO for Device Certificates on the SMKI Portal

  @PGD-P20 @M-2.2-a @N-2.1.1-a @M-2.3.1.6-b @M-2.3.1.7-f @M-2.3.1.8-d @M-2.3.1.9-a @M-2.3.1.9-d @M-2.3.1.10-a
  @M-F-ZIP-a @M-F-ZIP-b @M-F-ZIP-c @M-F-ZIP-d @M-F-ZIP-e @M-F-ZIP-f @M-F-ZIP-g
  Scenario Outline: A Batched CSR of new Devices is accepted, counted and processed
    When the ARO uploads a Batched CSR of <number> Device CSRs for new Devices
    Then the Batched CSR is accepted, and the portal tells how many Device CSRs are in it
    And each Device CSR of it has its Device Certificate to pick up

    Examples:
      | number |
      | 1      |
      | 5      |
      | 40     |

  @PGD-P21 @M-2.3.1.8-d @M-2.3.1.9-a @M-F-DEV-d @G-DEV-b @M-2.3.1.9-d
  Scenario: Several Devices may each stand in a Batched CSR twice, once for each usage
    When the ARO uploads a Batched CSR with both usages for each of 4 new Devices
    Then the Batched CSR is accepted, and the portal tells how many Device CSRs are in it
    And each Device CSR of it has its Device Certificate to pick up
    And no two certificates of the Batched CSR have the same serial number

  @PGD-P22 @M-2.3.1.7-e @M-2.3.1.7-f @M-2.3.1.8-d @M-2.3.1.9-d @M-F-ZIP-b @G-DEV-g
  Scenario: As many Device CSRs as a Batched CSR may hold are accepted, and each gets its own Device Certificate
    When the ARO uploads a Batched CSR of as many Device CSRs as it may hold
    Then the Batched CSR is accepted, and the portal tells how many Device CSRs are in it
    And each Device CSR of it has its Device Certificate to pick up

  @PGD-P23 @M-F-ZIP-d @M-F-ZIP-e @M-F-ZIP-f @M-2.3.1.9-d
  Scenario Outline: The names of the files of a Batched CSR are kept through to the report and the certificates
    When the ARO uploads a Batched CSR whose files are named with <names>
    Then each Device CSR of it has its Device Certificate to pick up

    Examples:
      | names                                        |
      | 1 character                                  |
      | 100 characters                               |
      | letters, digits, dots, hyphens, underscores  |
      | spaces                                       |

  @PGD-P24 @M-F-ZIP-g @M-2.3.1.9-d
  Scenario Outline: The ZIP of certificates is named as the Batched CSR was, with -response
    When the ARO uploads a Batched CSR named <name>
    Then each Device CSR of it has its Device Certificate to pick up

    Examples:
      | name               |
      | rehearsal          |
      | week-47_2026       |
      | north.west.2       |
      | two words          |

  @PGD-P25 @M-F-ZIP-a @M-2.3.1.8-d @M-2.3.1.9-d
  Scenario Outline: Every shape of a ZIP that its format allows is accepted
    When the ARO uploads a Batched CSR as a ZIP <shape>
    Then the Batched CSR is accepted, and the portal tells how many Device CSRs are in it
    And each Device CSR of it has its Device Certificate to pick up

    Examples:
      | shape                                |
      | not compressed                       |
      | with data descriptors                |
      | with permissions and times of Unix   |
      | with a comment                       |

  @PGD-P26 @M-F-ZIP-c @M-2.3.1.8-d @M-2.3.1.9-d
  Scenario Outline: A file of a Batched CSR is accepted on one line, and with line breaks at 64 or at 76 characters
    When the ARO uploads a Batched CSR whose files have <form>
    Then each Device CSR of it has its Device Certificate to pick up

    Examples:
      | form                                      |
      | no BEGIN and END lines, one line, LF      |
      | no BEGIN and END lines, lines of 64, CRLF |
      | no BEGIN and END lines, lines of 76, LF   |

  @PGD-P27 @M-2.3.1.8-d @M-F-DEV-d @M-F-DEV-e @G-VEC-a @M-2.3.1.9-d
  Scenario: In a Batched CSR the order of the extensions and their criticality are not checked either
    When the ARO uploads a Batched CSR of Device CSRs in every shape that is right
    Then each Device CSR of it has its Device Certificate to pick up

  @PGD-P28 @M-2.3.1.8-d @M-2.3.1.9-a @M-2.3.1.9-d @needs-operator-devices
  Scenario: A Batched CSR may bring a Device up to the limit
    Given a Device that is two certificates short of the limit, for the Batched CSR
    When the ARO uploads a Batched CSR of 2 Device CSRs for that Device
    Then each Device CSR of it has its Device Certificate to pick up

  @PGD-P29 @M-2.3.1.7-f @M-2.3.1.9-d
  Scenario: Several Batched CSRs may be outstanding, each with files of its own
    When the ARO uploads 3 Batched CSRs, one after another
    Then the Batched CSRs are accepted under references of their own
    And each Device CSR of them has its Device Certificate to pick up

  @PGD-P30 @M-2.3.1.8-d @M-F-ZIP-e @M-2.3.1.9-d
  Scenario: A Device CSR that stands in a Batched CSR under two names has a record for each
    That the second is a duplicate may be an anomaly, an error, or nothing at all.
    When the ARO uploads a Batched CSR in which one Device CSR stands under two names
    Then at least one of the two has its Device Certificate to pick up, and each has a record

  @PGD-P31 @M-2.3.1.9-d @needs-operator-clock
  Scenario: The files of a Batched CSR can be picked up for 30 days, and are the same each time
    When the ARO uploads a Batched CSR of 2 Device CSRs for new Devices
    Then each Device CSR of it has its Device Certificate to pick up
    And 29 days later its files can be picked up, and are the same

  @PGD-P32 @M-2.3.1.9-d @needs-operator-clock
  Scenario: The files of a Batched CSR cannot be picked up after 30 days
    When the ARO uploads a Batched CSR of 2 Device CSRs for new Devices
    Then each Device CSR of it has its Device Certificate to pick up
    And 31 days later none of its files can be picked up
