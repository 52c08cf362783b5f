@interface-batch
Feature: Transport security of the Batched Device CSR Web Service
  Appendix M 2.5 and M-G: mutually authenticated TLS with four cipher suites, and the credentials of both sides.

  @TLS-P11 @M-G-a @M-2.5.GO-a
  Scenario Outline: Each permitted cipher suite works with the Batched service
    Given the Batched service takes batches from an Authorised Subscriber
    When the subscriber opens a TLS session that offers only <suite>
    Then the session is agreed with that suite

    Examples:
      | suite                       |
      | ECDHE-RSA-AES256-GCM-SHA384 |
      | ECDHE-RSA-AES256-SHA384     |
      | ECDHE-RSA-AES128-GCM-SHA256 |
      | ECDHE-RSA-AES128-SHA256     |

  @TLS-N11 @M-G-a
  Scenario Outline: A cipher suite that is not permitted is not agreed by the Batched service
    Given the Batched service takes batches from an Authorised Subscriber
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

  @TLS-N12 @M-G-a
  Scenario Outline: A protocol version that is not permitted is not agreed by the Batched service
    Given the Batched service takes batches from an Authorised Subscriber
    When a client offers only <version>
    Then the handshake goes no further

    Examples:
      | version |
      | SSLv3   |
      | TLSv1   |
      | TLSv1.1 |
      | TLSv1.3 |

  @TLS-N13 @M-2.5.GO-a
  Scenario: A batch that comes by plain HTTP is not accepted
    Given the Batched service takes batches from an Authorised Subscriber
    When a right batch is sent to the service's port without TLS
    Then no acceptance is in what comes back
    And nothing of it was issued

  @TLS-P12 @M-G-b
  Scenario: The Batched service's certificate has a 2048 bit RSA key and is signed with SHA-256
    When the server's certificate chain is taken from its handshake
    Then the server's certificate keeps this rule

  @TLS-P13 @M-2.5.EST-b @M-2.5.GO-a
  Scenario: The Batched service's certificate chains to the published anchors and names the published host
    When the server's certificate chain is taken from its handshake
    Then the server's certificate keeps this rule

  @TLS-P14 @M-2.5.1.2-c
  Scenario: A subscriber that falls silent in mid-batch does not keep another one waiting
    Given the Batched service takes batches from an Authorised Subscriber
    When another Party falls silent in the middle of its batch
    And the subscriber submits a batch of 2 Device CSRs for new Devices
    Then the batch is accepted without waiting for the silent client

  @TLS-N14 @M-2.5.EST-c @M-2.5.GO-a @N-2.3.3-a
  Scenario: A batch of a client without a certificate is refused
    Given the Batched service takes batches from an Authorised Subscriber
    When a client without a certificate submits a batch
    Then the batch is not accepted
    And nothing of it was issued

  @TLS-N15 @M-2.5.EST-c @M-2.5.GO-a @N-2.3.3-a
  Scenario Outline: A batch of a client whose certificate the IKI CA did not issue is refused
    Given the Batched service takes batches from an Authorised Subscriber
    When a client with <forgery> submits a batch
    Then the batch is not accepted
    And nothing of it was issued

    Examples:
      | forgery                                               |
      | a self-signed copy of the subscriber's certificate     |
      | a copy of it from another CA with the IKI CA's name    |

  @TLS-N16 @M-2.5.EST-c @N-2.3.3-a
  Scenario Outline: A batch of a client whose IKI Certificate is not valid is refused
    Given the Batched service takes batches from an Authorised Subscriber
    And a Party of the Batched service whose IKI Certificate is <state>
    When the Party submits a batch
    Then the batch is not accepted
    And nothing of it was issued

    Examples:
      | state         |
      | expired       |
      | not-yet-valid |
      | revoked       |

  @TLS-N17 @M-G-c
  Scenario: A batch of a client whose IKI Certificate has another kind of key is refused
    Given the Batched service takes batches from an Authorised Subscriber
    And a Party of the Batched service whose IKI Certificate is wrong-key-type
    When the Party submits a batch
    Then the batch is not accepted
    And nothing of it was issued

  @TLS-N18 @M-2.5.EST-c @M-2.5.1.4-e
  Scenario Outline: A client that is not let in is not given a result
    Given the Batched service takes batches from an Authorised Subscriber
    When a client with <credential> asks for the result of the subscriber's batch
    Then the query is rejected and shows nothing of the batch

    Examples:
      | credential                                            |
      | no certificate                                        |
      | a self-signed copy of the subscriber's certificate     |
