@interface-portal-gateway
Feature: Transport security of the SMKI Portal via DCC Gateway Connection
  Appendix M 2.3 and M-G: mutually authenticated TLS with four cipher suites, and the credentials of both sides.

  @TLS-P31 @M-G-a @M-2.3.GO-a @N-2.3.1-a
  Scenario Outline: Each permitted cipher suite works with the pages of the SMKI Portal
    Given an ARO at the <section> pages' address
    When the subscriber opens a TLS session that offers only <suite>
    Then the session is agreed with that suite

    Examples:
      | section      | suite                       |
      | Organisation | ECDHE-RSA-AES256-GCM-SHA384 |
      | Organisation | ECDHE-RSA-AES256-SHA384     |
      | Organisation | ECDHE-RSA-AES128-GCM-SHA256 |
      | Organisation | ECDHE-RSA-AES128-SHA256     |
      | Device       | ECDHE-RSA-AES256-GCM-SHA384 |
      | Device       | ECDHE-RSA-AES256-SHA384     |
      | Device       | ECDHE-RSA-AES128-GCM-SHA256 |
      | Device       | ECDHE-RSA-AES128-SHA256     |

  @TLS-N31 @M-G-a
  Scenario Outline: A cipher suite that is not permitted is not agreed by the SMKI Portal
    Given an ARO at the <section> pages' address
    When a client offers TLS with only <suite>
    Then the handshake goes no further

    Examples:
      | section      | suite                         |
      | Organisation | ECDHE-RSA-AES256-SHA          |
      | Organisation | ECDHE-RSA-AES128-SHA          |
      | Organisation | ECDHE-RSA-CHACHA20-POLY1305   |
      | Organisation | DHE-RSA-AES256-GCM-SHA384     |
      | Organisation | AES256-GCM-SHA384             |
      | Organisation | AES128-SHA                    |
      | Organisation | DES-CBC3-SHA                  |
      | Organisation | RC4-SHA                       |
      | Organisation | NULL-SHA256                   |
      | Organisation | AECDH-AES256-SHA              |
      | Device       | ECDHE-RSA-AES256-SHA          |
      | Device       | AES128-SHA                    |
      | Device       | NULL-SHA256                   |

  @TLS-N32 @M-G-a
  Scenario Outline: A protocol version that is not permitted is not agreed by the SMKI Portal
    Given an ARO at the <section> pages' address
    When a client offers only <version>
    Then the handshake goes no further

    Examples:
      | section      | version |
      | Organisation | SSLv3   |
      | Organisation | TLSv1   |
      | Organisation | TLSv1.1 |
      | Organisation | TLSv1.3 |
      | Device       | TLSv1   |
      | Device       | TLSv1.3 |

  @TLS-N33 @M-2.3.GO-a
  Scenario Outline: The pages of the SMKI Portal are not served without TLS
    Given an ARO at the <section> pages' address
    When these pages are asked for without TLS
    Then no page is in what comes back

    Examples:
      | section      |
      | Organisation |
      | Device       |

  @TLS-P32 @M-G-b
  Scenario Outline: The SMKI Portal's server certificate has a 2048 bit RSA key and is signed with SHA-256: <pages>
    Given the address of <pages>
    When the server's certificate chain is taken from its handshake
    Then the server's certificate keeps this rule

    Examples:
      | pages                  |
      | the Organisation pages |
      | the Device pages       |

  @TLS-P34 @M-G-b @advisory
  Scenario: The server certificate of the SMKI Portal's landing page has a 2048 bit RSA key, signed with SHA-256
    Advisory: Appendix G is about mutual TLS, and the landing page asks for no certificate of the user's.
    Given the address of the landing page
    When the server's certificate chain is taken from its handshake
    Then the server's certificate keeps this rule

  @TLS-P33 @M-2.3.EST-c @M-2.3.GO-a
  Scenario Outline: The SMKI Portal's server certificate is one that web browsers trust and names the host: <pages>
    Given the address of <pages>
    When the server's certificate chain is taken from its handshake
    Then the server's certificate keeps this rule

    Examples:
      | pages                  |
      | the landing page       |
      | the Organisation pages |
      | the Device pages       |

  @TLS-N34 @M-2.3.EST-d @M-2.3.GO-a @N-2.3.1-a
  Scenario Outline: A user without a certificate is denied the <section> pages
    Given an ARO to whom the <section> pages are open
    When a user with no IKI Certificate follows the link to the <section> pages
    Then access is denied

    Examples:
      | section      |
      | Organisation |
      | Device       |

  @TLS-N35 @M-2.3.EST-d @M-2.3.GO-a @N-2.3.1-a
  Scenario Outline: A user whose certificate the IKI CA did not issue is denied the <section> pages
    Given an ARO to whom the <section> pages are open
    When a user with <forgery> follows the link to the <section> pages
    Then access is denied

    Examples:
      | section      | forgery                                            |
      | Organisation | a self-signed copy of the subscriber's certificate  |
      | Organisation | a copy of it from another CA with the IKI CA's name |
      | Device       | a self-signed copy of the subscriber's certificate  |
      | Device       | a copy of it from another CA with the IKI CA's name |

  @TLS-N36 @M-2.3.EST-d @N-2.3.1-a
  Scenario Outline: A user whose IKI Certificate is not valid is denied the <section> pages
    Given an ARO to whom the <section> pages are open
    When a user with <state> IKI Certificate for the <section> pages follows the link to the <section> pages
    Then access is denied

    Examples:
      | section      | state            |
      | Organisation | an expired       |
      | Organisation | a not-yet-valid  |
      | Organisation | a revoked        |
      | Device       | an expired       |
      | Device       | a not-yet-valid  |
      | Device       | a revoked        |

  @TLS-N37 @M-G-c
  Scenario Outline: A user whose IKI Certificate has another kind of key is denied the <section> pages
    Given an ARO to whom the <section> pages are open
    When a user with a wrong-key-type IKI Certificate for the <section> pages follows the link to the <section> pages
    Then access is denied

    Examples:
      | section      |
      | Organisation |
      | Device       |
