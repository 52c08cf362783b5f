@interface-adhoc
Feature: Transport security of the Ad Hoc Device CSR Web Service
  Appendix M 2.4 and M-G: mutually authenticated TLS with four cipher suites, and the credentials of both sides.

  @TLS-P01 @M-G-a @M-2.4.GO-b
  Scenario Outline: Each permitted cipher suite works
    Given the service issues Device Certificates to an Authorised Subscriber
    When the subscriber opens a TLS session that offers only <suite>
    Then the session is agreed with that suite

    Examples:
      | suite                       |
      | ECDHE-RSA-AES256-GCM-SHA384 |
      | ECDHE-RSA-AES256-SHA384     |
      | ECDHE-RSA-AES128-GCM-SHA256 |
      | ECDHE-RSA-AES128-SHA256     |

  @TLS-N01 @M-G-a
  Scenario Outline: A cipher suite that is not permitted is not agreed
    Given the service issues Device Certificates to an Authorised Subscriber
    When a client offers TLS with only <suite>
    Then the handshake goes no further

    Examples:
      | suite                         |
      | ECDHE-RSA-AES256-SHA          |
      | ECDHE-RSA-AES128-SHA          |
      | ECDHE-RSA-CHACHA20-POLY1305   |
      | DHE-RSA-AES256-GCM-SHA384     |
      | AES256-GCM-SHA384             |
      | AES128-SHA                    |
      | DES-CBC3-SHA                  |
      | RC4-SHA                       |
      | NULL-SHA256                   |
      | AECDH-AES256-SHA              |

  @TLS-N02 @M-G-a
  Scenario Outline: A protocol version that is not permitted is not agreed
    Given the service issues Device Certificates to an Authorised Subscriber
    When a client offers only <version>
    Then the handshake goes no further

    Examples:
      | version |
      | SSLv3   |
      | TLSv1   |
      | TLSv1.1 |
      | TLSv1.3 |

  @TLS-N03 @M-2.4.GO-b
  Scenario: Plain HTTP is not served
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate
    When a right request is sent to the service's port without TLS
    Then no Device Certificate is in what comes back
    And nothing was issued

  @TLS-P02 @M-G-b
  Scenario: The server's certificate has a 2048 bit RSA key and is signed with SHA-256
    When the server's certificate chain is taken from its handshake
    Then the server's certificate keeps this rule

  @TLS-P03 @M-2.4.EST-b @M-2.4.GO-b
  Scenario: The server's certificate chains to the published anchors and names the published host
    When the server's certificate chain is taken from its handshake
    Then the server's certificate keeps this rule

  @TLS-P04 @M-2.4.1.3-c @M-2.4.1.4-c
  Scenario: A subscriber that falls silent in mid-request does not keep another one waiting
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate
    When one client falls silent in the middle of its request
    And the subscriber submits a Digital Signing Device CSR for the Device
    Then a Device Certificate is issued for it without waiting for the silent client

  @TLS-N04 @M-2.4.EST-c @M-2.4.GO-b @N-2.3.2-a
  Scenario: A client without a certificate is refused
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate
    When a client without a certificate submits a Device CSR for the Device
    Then the Party is refused
    And nothing was issued

  @TLS-N05 @M-2.4.EST-c @M-2.4.GO-b @N-2.3.2-a
  Scenario Outline: A client whose certificate the IKI CA did not issue is refused
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate
    When a client with <forgery> submits a Device CSR for the Device
    Then the Party is refused
    And nothing was issued

    Examples:
      | forgery                                               |
      | a self-signed copy of the subscriber's certificate     |
      | a copy of it from another CA with the IKI CA's name    |

  @TLS-N06 @M-2.4.EST-c @N-2.3.2-a
  Scenario Outline: A client whose IKI Certificate is not valid is refused
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate
    And a Party whose IKI Certificate is <state>
    When the Party submits a Digital Signing Device CSR for the Device
    Then the Party is refused
    And nothing was issued

    Examples:
      | state         |
      | expired       |
      | not-yet-valid |
      | revoked       |

  @TLS-N07 @M-G-c
  Scenario: A client whose IKI Certificate has another kind of key is refused
    Given the service issues Device Certificates to an Authorised Subscriber
    And a Device with an earlier Device Certificate
    And a Party whose IKI Certificate is wrong-key-type
    When the Party submits a Digital Signing Device CSR for the Device
    Then the Party is refused
    And nothing was issued
