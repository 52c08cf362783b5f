@interface-adhoc
Feature: Ad Hoc Device CSR Web Service: a Device CSR that is right is answered with a Device Certificate
  Appendix M 2.4.1. The service replaces a Device Certificate: the Device has had one before.
  Every Device Certificate is judged whole; what no scenario here cites counts against its requirement all the same.

  Background:
    Given an Authorised Subscriber of the Ad Hoc Device CSR Web Service

  @AHW-P01 @M-2.2-a @M-2.4.GO-c @M-2.4.1.1-a @M-A-HTTP-a @M-2.4.1.2-b @M-2.4.1.3-a @M-2.4.1.3-c @M-2.4.1.4-a @M-2.4.1.4-c @M-A-SUCCESS
  @N-2.1.2-a @M-B-REQ-c @M-B-REQ-d @G-EUI-a @M-F-DEV-g @M-F-DEV-a @M-F-DEV-b @M-F-DEV-c @M-F-DEV-d @M-F-DEV-e @M-F-DEV-f
  Scenario Outline: A Device CSR replaces an earlier certificate of the same or of the other usage
    Given a Device whose earlier Device Certificate is for <earlier>
    When the subscriber submits a <usage> Device CSR for the Device
    Then a Device Certificate is issued for it

    Examples:
      | usage           | earlier         |
      | Digital Signing | Digital Signing |
      | Digital Signing | Key Agreement   |
      | Key Agreement   | Digital Signing |
      | Key Agreement   | Key Agreement   |

  @AHW-P02 @M-2.4.1.2-b @M-F-DEV-d @M-F-DEV-e
  Scenario Outline: The order of the extensions and their criticality are not checked
    Given a Device with an earlier Device Certificate
    When the subscriber submits a <usage> Device CSR with <shape>
    Then a Device Certificate is issued for it

    Examples:
      | shape                           | usage           |
      | subjectAltName before keyUsage  | Digital Signing |
      | subjectAltName before keyUsage  | Key Agreement   |
      | extensions not marked critical  | Digital Signing |
      | extensions not marked critical  | Key Agreement   |

  @AHW-P03 @G-VEC-a @M-2.2-a @M-2.4.1.2-b @M-F-DEV-a @M-F-DEV-b @M-F-DEV-c @M-F-DEV-d @M-F-DEV-e @M-F-DEV-f
  Scenario: A Device CSR in the very octets of the GBCS test vector is accepted
    Given a Device with an earlier Device Certificate
    When the subscriber submits a Device CSR in the octets of the GBCS test vector
    Then a Device Certificate is issued for it

  @AHW-P04 @M-B-REQ-a @M-B-REQ-b @M-B-RSP-a
  Scenario Outline: The subscriber's reference is echoed as it was sent
    Given a Device with an earlier Device Certificate
    When the subscriber submits a Device CSR under a reference of <reference>
    Then a Device Certificate is issued for it
    And the answer carries the subscriber's reference

    Examples:
      | reference                  |
      | 1 character                |
      | 32 characters              |
      | characters that XML escapes |
      | characters beyond ASCII    |
      | spaces within              |

  @AHW-P05 @M-B-RSP-d
  Scenario: Each answer has a TransactionId of its own, a positive integer
    Given a Device with an earlier Device Certificate
    When the subscriber submits 5 Device CSRs, one after another
    Then a Device Certificate is issued for each
    And no two answers have the same TransactionId

  @AHW-P06 @M-2.4.1.3-b @needs-operator-devices
  Scenario Outline: The last Device Certificate that the limit allows is issued
    Given a Device that is <short> short of the limit
    When the subscriber submits a Digital Signing Device CSR for the Device
    Then a Device Certificate is issued for it

    Examples:
      | short            |
      | one certificate  |
      | two certificates |

  @AHW-P07 @M-2.4.1.3-c @M-2.4.1.4-a @M-2.4.1.4-c @M-B-REQ-b @M-B-RSP-d @G-DEV-g @needs-burst
  Scenario: Many Device CSRs at once are each answered with their own Device Certificate
    Given Devices with earlier Device Certificates
    When the subscriber submits Device CSRs for them all at once
    Then a Device Certificate is issued for each
    And each answer carries the reference of its own request
    And no two answers have the same TransactionId

  @AHW-P08 @M-2.4.1.3-a @M-2.4.1.4-a @M-2.4.1.4-c @N-2.1.2-a @G-DEV-b
  Scenario: A replacement can itself be replaced
    Given a Device with an earlier Device Certificate
    When the subscriber submits 3 Device CSRs, one after another
    Then a Device Certificate is issued for each
    And no two of them have the same serial number

  @AHW-P09 @M-2.4.GO-c @M-2.4.GO-d @M-2.4.GO-e @M-MSG-a @M-MSG-b @M-A-HTTP-b @M-A-SUCCESS
  @M-B-RSP-a @M-B-RSP-b @M-B-RSP-c @M-B-RSP-d @M-B-RSP-e @M-B-RSP-f @M-B-RSP-h @M-B-RSP-i
  Scenario Outline: An answer that carries a Device Certificate is the message of the schema
    Given a Device whose earlier Device Certificate is for <usage>
    When the subscriber submits a <usage> Device CSR for the Device
    Then the answer is the message of the schema
    And it carries a Device Certificate in Base64 without lines and white space

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @AHW-P10 @M-1.2-a @advisory
  Scenario: A Device Certificate is returned within the target response time
    Given a Device with an earlier Device Certificate
    When the subscriber submits 25 Device CSRs, one after another
    Then a Device Certificate is issued for each
    And each answer came within the target response time
