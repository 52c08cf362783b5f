Feature: Journeys: between the SMKI Portal and the web services
  Appendix M 2.1, 2.4.1.3, 2.5.1.4.

  @E2E-P03 @M-2.5.1.4-d @M-2.3.1.9-d @interface-batch @interface-portal-gateway
  Scenario: The files of a batch that came by the web service can be picked up on the portal
    Given a batch that the web service took from a Party with an ARO on the SMKI Portal
    When its results are there
    Then the pickup page has its files, and they say the same

  @E2E-P04 @M-2.4.1.3-a @M-2.3.1.9-a @interface-adhoc @interface-portal-gateway
  Scenario: A Device whose first certificate came through the portal has it replaced through the Ad Hoc service
    Given an ARO for Device Certificates on the SMKI Portal
    And an Authorised Subscriber of the Ad Hoc Device CSR Web Service
    And a new Device
    When the ARO submits a Digital Signing Device CSR for the Device
    Then its Device Certificate can be picked up
    And the Ad Hoc service replaces the certificate of the portal's Device

  @E2E-P05 @M-2.4.1.3-b @M-2.3.1.8-b @interface-adhoc @interface-portal-gateway @needs-operator-devices
  Scenario: Certificates from the portal and from the Ad Hoc service count towards one limit
    Given an ARO for Device Certificates on the SMKI Portal
    And an Authorised Subscriber of the Ad Hoc Device CSR Web Service
    And a Device that is one certificate short of the limit, for the portal
    When the ARO submits a Digital Signing Device CSR for the Device
    Then its Device Certificate can be picked up
    And the Ad Hoc service refuses the portal's Device for the limit

  @E2E-P06 @M-2.1-a
  Scenario Outline: Each interface that is claimed answers at its own address
    Given the conformance statement claims <interface>
    When a user of <interface> turns to its address
    Then it answers there

    Examples:
      | interface                                     |
      | the Ad Hoc Device CSR Web Service             |
      | the Batched Device CSR Web Service            |
      | the SMKI Portal via DCC Gateway Connection    |
      | the SMKI Portal via the Internet              |
