@interface-adhoc
Feature: Ad Hoc Device CSR Web Service: only an Authorised Subscriber that may use it is answered with a certificate
  Appendix M 2.4, M-G-e; Appendix N 2.1.2; the proposal, S-2. A refusal may come in the TLS handshake, as an HTTP
  status or as an error in XML: the text leaves it open.

  Background:
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate

  @AHW-P20 @M-2.4.GO-a @N-1-a @N-2.1.2-a @N-2.3.2-a
  Scenario Outline: The service is open to an Authorised Subscriber in each of its User Roles
    Given a Party in the User Role of <user_role>
    When the Party submits a Digital Signing Device CSR for the Device
    Then a Device Certificate is issued for it

    Examples:
      | user_role       |
      | import-supplier |
      | gas-supplier    |
      | dcc             |

  @AHW-N30 @M-2.4.GO-a @N-2.1.2-a
  Scenario: A Party in another User Role is refused
    Given a Party in a User Role that may not use the service
    When the Party submits a Digital Signing Device CSR for the Device
    Then the Party is refused
    And nothing was issued

  @AHW-N31 @S-2
  Scenario: A subscriber that has not completed User Entry Process Tests is refused
    Given a Party that has not completed User Entry Process Tests
    When the Party submits a Digital Signing Device CSR for the Device
    Then the Party is refused
    And nothing was issued

  @AHW-N32 @M-2.4.GO-a @N-2.3.2-a @N-1-a
  Scenario Outline: An IKI Certificate for the SMKI Portal does not open the service
    Given a Party with an IKI Certificate for <purpose>
    When the Party submits a Digital Signing Device CSR for the Device
    Then the Party is refused
    And nothing was issued

    Examples:
      | purpose             |
      | portal-organisation |
      | portal-device       |

  @AHW-N33 @M-G-e @N-2.3.2-a
  Scenario: An IKI Certificate for the Batched Device CSR Web Service does not open the Ad Hoc service
    Given a Party with an IKI Certificate for batch
    When the Party submits a Digital Signing Device CSR for the Device
    Then the Party is refused
    And nothing was issued
