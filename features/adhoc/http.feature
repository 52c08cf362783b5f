@interface-adhoc
Feature: Ad Hoc Device CSR Web Service: nothing but HTTP POST to the published URL yields a certificate
  Appendix M-A. What an RA answers otherwise is its own affair, so long as it issues nothing.

  Background:
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate

  @AHW-N40 @M-A-HTTP-a @M-2.4.GO-c
  Scenario Outline: A Device CSR sent by another method is not answered with a certificate
    When the subscriber sends a right request by <method>
    Then no Device Certificate is in the answer
    And the answer shows no stack trace
    And nothing was issued

    Examples:
      | method  |
      | GET     |
      | PUT     |
      | PATCH   |
      | DELETE  |
      | OPTIONS |

  @AHW-N41 @M-MSG-b
  Scenario Outline: A Device CSR sent to another path is not answered with a certificate
    When the subscriber sends a right request to the published path followed by <path>
    Then no Device Certificate is in the answer
    And the answer shows no stack trace
    And nothing was issued

    Examples:
      | path           |
      | /other         |
      | /2.0           |

  @AHW-N42 @M-2.4.1.2-c @advisory
  Scenario Outline: The answer to a request that is wrong shows nothing of the RA's inside
    When the subscriber submits a faulty request: <fault>
    Then it carries an error and no Device Certificate
    And the answer shows no stack trace

    Examples:
      | fault                        |
      | an empty body                |
      | XML cut after its first half |
      | a CSR that is not Base64     |
