@interface-adhoc
Feature: Ad Hoc Device CSR Web Service: a Device that may not have another certificate is refused
  Appendix M 2.4.1.3.

  Background:
    Given an Authorised Subscriber of the Ad Hoc Device CSR Web Service

  @AHW-N20 @M-2.4.1.3-a @M-2.4.1.3-c @M-A-UNKNOWN_DEVICE @N-2.1.2-a
  Scenario Outline: A Device that never had a Device Certificate is refused as an unknown device
    Given a Device that never had a Device Certificate
    When the subscriber submits a <usage> Device CSR for the Device
    Then the request is refused with UNKNOWN_DEVICE
    And nothing was issued

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @AHW-N21 @M-2.4.1.3-b @M-A-ISSUANCE_ANOMALY @needs-operator-devices
  Scenario Outline: A Device that has reached the limit is refused another Device Certificate
    Given a Device that has reached the limit with certificates for <earlier>
    When the subscriber submits a <usage> Device CSR for the Device
    Then the request is refused for the limit
    And nothing was issued

    Examples:
      | usage           | earlier         |
      | Digital Signing | Digital Signing |
      | Key Agreement   | Digital Signing |
      | Key Agreement   | Key Agreement   |

  @AHW-N22 @M-2.4.1.3-b @M-2.4.1.2-b @needs-operator-devices
  Scenario: A refused Device CSR does not count towards the limit
    Given a Device that is one certificate short of the limit
    When the subscriber submits a faulty Device CSR: signed by another key
    And the subscriber submits a Digital Signing Device CSR for the Device
    Then a Device Certificate is issued for the last one

  @AHW-N23 @M-2.4.1.3-b @needs-operator-devices @needs-burst
  Scenario: The limit holds for Device CSRs that come at the same time
    Given a Device that is one certificate short of the limit
    When the subscriber submits 6 Device CSRs for the Device at once
    Then a Device Certificate is issued for one of them only
