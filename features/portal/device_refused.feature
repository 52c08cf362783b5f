@interface-portal-gateway
Feature: SMKI Portal: a Device CSR that is corrupt, of the wrong format or not allowed is rejected
  Appendix M 2.3.1.7 and 2.3.1.8, M-A, M-F. The Device CSR would be approved but for the one thing that each row names.

  Background:
    Given the SMKI Portal takes Device CSRs of an ARO
    And a new Device

  @PGD-N01 @M-2.2-a @M-2.3.1.7-a @M-2.3.1.7-c @M-2.3.1.8-c
  Scenario Outline: On the portal a Device CSR that is not one PKCS#10 request in DER is rejected with a CSR error
    When the ARO submits a faulty Device CSR: <fault>
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

    Examples:
      | fault                                  |
      | random octets                          |
      | cut after its first half               |
      | without its last octet                 |
      | followed by another octet              |
      | a certificate in place of the request  |

  @PGD-N02 @M-2.3.1.7-a @M-2.3.1.7-c
  Scenario Outline: On the portal a Device CSR whose signature does not verify is rejected with a CSR error
    When the ARO submits a faulty Device CSR: <fault>
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

    Examples:
      | fault                              |
      | a signature with one bit changed   |
      | signed by another key              |

  @PGD-N03 @M-2.3.1.7-a @M-F-DEV-f @M-2.3.1.7-c
  Scenario Outline: On the portal a Device CSR with another signature algorithm is rejected with a CSR error
    When the ARO submits a faulty Device CSR: <fault>
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

    Examples:
      | fault                                                  |
      | signed with ecdsa-with-SHA1                            |
      | signed with ecdsa-with-SHA384                          |
      | naming sha256WithRSAEncryption for its ECDSA signature |

  @PGD-N04 @M-2.3.1.7-a @M-F-DEV-a @M-2.3.1.7-c
  Scenario: On the portal a Device CSR of another version is rejected with a CSR error
    When the ARO submits a faulty Device CSR: version 1
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

  @PGD-N05 @M-2.3.1.7-a @M-F-DEV-b @M-2.3.1.7-c
  Scenario Outline: On the portal a Device CSR with a subject is rejected with a CSR error
    When the ARO submits a faulty Device CSR: <fault>
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

    Examples:
      | fault                                     |
      | a subject with a commonName               |
      | a subject with an organizationalUnitName  |

  @PGD-N06 @M-2.3.1.7-a @M-F-DEV-c @M-2.3.1.7-c
  Scenario Outline: On the portal a Device CSR for another kind of public key is rejected with a CSR error
    When the ARO submits a faulty Device CSR: <fault>
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

    Examples:
      | fault                                  |
      | a P-384 key                            |
      | a secp256k1 key                        |
      | an RSA key                             |
      | an Ed25519 key                         |
      | a P-256 key with explicit parameters   |
      | a point that is not on the curve       |

  @PGD-N07 @M-2.3.1.7-a @M-2.3.1.8-a @M-F-DEV-d @M-2.3.1.7-c
  Scenario Outline: On the portal a Device CSR with another key usage is rejected with a CSR error
    When the ARO submits a faulty Device CSR: <fault>
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

    Examples:
      | fault                                        |
      | no keyUsage                                  |
      | keyUsage digitalSignature and keyAgreement   |
      | keyUsage keyEncipherment                     |
      | keyUsage keyCertSign                         |
      | keyUsage without any bit                     |

  @PGD-N08 @M-2.3.1.7-a @M-2.3.1.8-a @M-F-DEV-e @G-EUI-a @M-2.3.1.7-c
  Scenario Outline: On the portal a Device CSR without one hardwareModuleName of 8 octets is rejected with a CSR error
    When the ARO submits a faulty Device CSR: <fault>
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

    Examples:
      | fault                                          |
      | no subjectAltName                              |
      | a subjectAltName with a dNSName only           |
      | a subjectAltName with a dNSName as well        |
      | a subjectAltName with two hardwareModuleNames  |
      | an otherName of another type                   |
      | hwSerialNum of 7 octets                        |
      | hwSerialNum of 9 octets                        |

  @PGD-N09 @M-2.3.1.7-a @M-F-DEV-d @M-F-DEV-e @M-2.3.1.7-c
  Scenario: On the portal a Device CSR without an extensionRequest is rejected with a CSR error
    When the ARO submits a faulty Device CSR: no extensionRequest
    Then the Device CSR is rejected with CSR_ERROR
    And nothing was issued for the Device

  @PGD-N10 @M-2.2-a @M-2.3.1.7-a @M-2.3.1.7-c
  Scenario Outline: A text that is no Device CSR is rejected with an error
    When the ARO submits a text in place of the Device CSR: <text>
    Then the Device CSR is rejected with CSR_ERROR or FORMAT_ERROR
    And nothing was issued for the Device

    Examples:
      | text                                       |
      | words                                      |
      | characters that are not Base64             |
      | the first half of its Base64               |
      | BEGIN and END lines with nothing between   |
      | Base64 of its Base64                       |
      | hexadecimal                                |

  @PGD-N37 @M-2.2-a @M-2.3.1.7-a
  Scenario Outline: A form without a text that could be a Device CSR is not taken, in whatever way
    When the ARO submits a text in place of the Device CSR: <text>
    Then the Device CSR is not taken
    And nothing was issued for the Device

    Examples:
      | text                            |
      | white space only                |
      | its octets as they are          |
      | a million characters of Base64  |

  @PGD-N11 @M-2.3.1.7-a @M-2.3.1.7-c @advisory
  Scenario Outline: A text that says it is something else than a CSR is rejected
    Advisory: M-F lists what is accepted, and does not forbid more.
    When the ARO submits a text in place of the Device CSR: <text>
    Then the Device CSR is rejected with CSR_ERROR or FORMAT_ERROR

    Examples:
      | text                                                         |
      | a BEGIN line without an END line                             |
      | END NEW CERTIFICATE REQUEST after BEGIN CERTIFICATE REQUEST  |
      | PRIVATE KEY lines                                            |
      | the same CSR twice                                           |

  @PGD-N12 @M-2.3.1.8-b @M-2.3.1.8-c @M-2.3.1.7-c @needs-operator-devices
  Scenario Outline: On the portal a Device that has reached the limit is refused another Device Certificate
    Given a Device that has reached the limit, for the portal
    When the ARO submits a <usage> Device CSR for the Device
    Then the Device CSR is rejected for the limit
    And nothing was issued for the Device

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @PGD-N13 @M-2.3.1.8-b @M-2.3.1.7-a @M-2.3.1.8-c @needs-operator-devices
  Scenario: On the portal a rejected Device CSR does not count towards the limit
    Given a Device that is one certificate short of the limit, for the portal
    When the ARO submits a faulty Device CSR: signed by another key
    And the ARO submits a Digital Signing Device CSR for the Device
    Then the Device CSR is approved, and the portal tells so

  @PGD-N14 @M-2.3.1.7-b @M-2.3.1.8-c @M-2.3.1.7-c @needs-operator-eligibility
  Scenario: A Device CSR for a Device for which its subscriber is not eligible is rejected
    Given a Device in a provisioning state in which the ARO's Party may not ask for it
    When the ARO submits a Digital Signing Device CSR for the Device
    Then the Device CSR is rejected with any error of the status table
    And nothing was issued for the Device

  @PGD-N15 @M-2.3.1.7-c @M-2.3.1.8-c
  Scenario: A rejected Device CSR has its errors on its own page, and no certificate to pick up
    When the ARO submits a faulty Device CSR: signed by another key
    Then the Device CSR is rejected with CSR_ERROR
    And the ARO's own requests show it as rejected, with its errors
    And there is nothing to pick up for it

  @PGD-N16 @M-2.3.1.7-c @advisory @needs-operator-log
  Scenario: On the portal the rejection of a Device CSR is logged
    Advisory: the text asks this of Organisation CSRs, and of Device CSRs on the Ad Hoc service.
    Given what the RA has logged so far of the portal
    When the ARO submits a faulty Device CSR: a signature with one bit changed
    Then the Device CSR is rejected with CSR_ERROR
    And the portal's rejection was logged

  @PGD-N17 @M-2.3.1.9-c @needs-operator-clock
  Scenario: A Device Certificate cannot be picked up after 30 days
    When the ARO submits a Digital Signing Device CSR for the Device
    Then its Device Certificate can be picked up
    And it cannot be picked up 31 days later
