@interface-portal-gateway
Feature: SMKI Portal: a Device CSR that is right is approved, and its Device Certificate can be picked up
  Appendix M 2.3.1.6 to 2.3.1.10, M-F. No earlier certificate is asked for: the first ones of a new Device come this way.
  Every Device Certificate is judged whole; what no scenario here cites counts against its requirement all the same.

  Background:
    Given an ARO for Device Certificates on the SMKI Portal
    And a new Device

  @PGD-P01 @M-2.2-a @N-2.1.1-a @M-2.3.1.6-a @M-2.3.1.7-a @M-2.3.1.7-c @M-2.3.1.8-c @M-2.3.1.9-a @M-2.3.1.9-c @M-2.3.1.10-a
  @G-EUI-a @M-F-DEV-a @M-F-DEV-b @M-F-DEV-c @M-F-DEV-d @M-F-DEV-e @M-F-DEV-f
  Scenario Outline: The first Device Certificate of a Device comes through the portal
    When the ARO submits a <usage> Device CSR for the Device
    Then the Device CSR is approved, and the portal tells so
    And its Device Certificate can be picked up

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @PGD-P02 @M-2.3.1.7-a @M-F-TXT-a @M-F-TXT-b @M-F-TXT-c @M-2.3.1.9-c
  Scenario Outline: A Device CSR is accepted with either kind of BEGIN and END lines, and without
    When the ARO submits a Device CSR with <form>
    Then its Device Certificate can be picked up

    Examples:
      | form                                             |
      | CERTIFICATE REQUEST lines, lines of 64, LF       |
      | NEW CERTIFICATE REQUEST lines, lines of 64, LF   |
      | no BEGIN and END lines, lines of 64, LF          |

  @PGD-P03 @M-2.3.1.7-a @M-F-TXT-d @M-F-TXT-e @M-F-TXT-f @M-2.3.1.9-c
  Scenario Outline: A Device CSR is accepted on one line, and with line breaks at 64 or at 76 characters
    When the ARO submits a Device CSR with <form>
    Then its Device Certificate can be picked up

    Examples:
      | form                                        |
      | no BEGIN and END lines, one line, LF        |
      | no BEGIN and END lines, lines of 76, LF     |
      | CERTIFICATE REQUEST lines, lines of 76, LF  |

  @PGD-P04 @M-2.3.1.7-a @M-F-TXT-g @M-F-TXT-h @M-2.3.1.9-c
  Scenario Outline: A Device CSR is accepted with either kind of line ends
    When the ARO submits a Device CSR with <form>
    Then its Device Certificate can be picked up

    Examples:
      | form                                            |
      | NEW CERTIFICATE REQUEST lines, lines of 76, LF  |
      | CERTIFICATE REQUEST lines, lines of 64, CRLF    |
      | no BEGIN and END lines, lines of 64, CRLF       |

  @PGD-P05 @M-2.2-a @M-2.3.1.7-a @M-2.3.1.9-c
  Scenario Outline: The text forms of a Device CSR are accepted in every combination
    When the ARO submits a Device CSR with <form>
    Then its Device Certificate can be picked up

    Examples:
      | form                                               |
      | CERTIFICATE REQUEST lines, one line, LF            |
      | CERTIFICATE REQUEST lines, one line, CRLF          |
      | CERTIFICATE REQUEST lines, lines of 76, CRLF       |
      | NEW CERTIFICATE REQUEST lines, one line, LF        |
      | NEW CERTIFICATE REQUEST lines, one line, CRLF      |
      | NEW CERTIFICATE REQUEST lines, lines of 64, CRLF   |
      | NEW CERTIFICATE REQUEST lines, lines of 76, CRLF   |
      | no BEGIN and END lines, one line, CRLF             |
      | no BEGIN and END lines, lines of 76, CRLF          |

  @PGD-P06 @M-2.3.1.7-a @M-F-DEV-d @M-F-DEV-e @M-2.3.1.9-c
  Scenario Outline: On the portal the order of the extensions and their criticality are not checked
    When the ARO submits a <usage> Device CSR with <shape>
    Then its Device Certificate can be picked up

    Examples:
      | shape                           | usage           |
      | subjectAltName before keyUsage  | Digital Signing |
      | subjectAltName before keyUsage  | Key Agreement   |
      | extensions not marked critical  | Digital Signing |
      | extensions not marked critical  | Key Agreement   |

  @PGD-P07 @G-VEC-a @M-2.2-a @M-2.3.1.7-a @M-2.3.1.9-c
  Scenario: The portal approves a Device CSR in the very octets of the GBCS test vector
    When the ARO submits a Device CSR in the octets of the GBCS test vector
    Then its Device Certificate can be picked up

  @PGD-P08 @M-2.3.1.8-b @M-2.3.1.8-c @needs-operator-devices
  Scenario Outline: On the portal the last Device Certificate that the limit allows is issued
    Given a Device that is <short> short of the limit, for the portal
    When the ARO submits a Digital Signing Device CSR for the Device
    Then the Device CSR is approved, and the portal tells so
    And its Device Certificate can be picked up

    Examples:
      | short            |
      | one certificate  |
      | two certificates |

  @PGD-P09 @M-2.3.1.8-c @M-2.3.1.9-a @M-2.3.1.9-c @G-DEV-b
  Scenario: Several Device CSRs for one Device are each approved, and each has its own certificate to pick up
    When the ARO submits 3 Device CSRs for the Device, one after another
    Then each of them has a Device Certificate of its own to pick up

  @PGD-P10 @M-2.3.1.7-c @M-2.3.1.8-c @N-2.1.1-a
  Scenario: What became of a Device CSR can be read on its own page later
    When the ARO submits a Digital Signing Device CSR for the Device
    Then the Device CSR is approved, and the portal tells so
    And the ARO's own requests show it as approved

  @PGD-P11 @M-2.3.1.9-c @needs-operator-clock
  Scenario: A Device Certificate can be picked up for 30 days
    When the ARO submits a Digital Signing Device CSR for the Device
    Then its Device Certificate can be picked up
    And it can be picked up 29 days later too

  @PGD-P12 @M-2.3.1.7-b @M-2.3.1.8-c @needs-operator-eligibility
  Scenario: A Device CSR for a Device for which its subscriber is eligible is approved
    Given a Device in a provisioning state in which the ARO's Party may ask for it
    When the ARO submits a Digital Signing Device CSR for the Device
    Then the Device CSR is approved, and the portal tells so
