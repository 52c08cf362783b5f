@interface-adhoc
Feature: Ad Hoc Device CSR Web Service: a Device CSR that is corrupt or of the wrong format is refused
  Appendix M 2.4.1.2, M-F. The Device CSR would be accepted but for the one thing that each row names.

  Background:
    Given an Authorised Subscriber of the Ad Hoc Device CSR Web Service
    And a Device with an earlier Device Certificate

  @AHW-N10 @M-2.2-a @M-2.4.1.2-b @M-2.4.1.2-c @M-A-CSR_ERROR
  Scenario Outline: A Device CSR that is not one PKCS#10 request in DER is refused as a CSR error
    When the subscriber submits a faulty Device CSR: <fault>
    Then the request is refused with CSR_ERROR
    And nothing was issued

    Examples:
      | fault                                  |
      | random octets                          |
      | cut after its first half               |
      | without its last octet                 |
      | followed by another octet              |
      | a certificate in place of the request  |

  @AHW-N11 @M-2.4.1.2-b @M-2.4.1.2-c @M-A-CSR_ERROR
  Scenario Outline: A Device CSR whose signature does not verify is refused as a CSR error
    When the subscriber submits a faulty Device CSR: <fault>
    Then the request is refused with CSR_ERROR
    And nothing was issued

    Examples:
      | fault                              |
      | a signature with one bit changed   |
      | signed by another key              |

  @AHW-N12 @M-2.4.1.2-b @M-F-DEV-f
  Scenario Outline: A Device CSR with another signature algorithm is refused as a CSR error
    When the subscriber submits a faulty Device CSR: <fault>
    Then the request is refused with CSR_ERROR
    And nothing was issued

    Examples:
      | fault                              |
      | signed with ecdsa-with-SHA1        |
      | signed with ecdsa-with-SHA224      |
      | signed with ecdsa-with-SHA384      |
      | signed with ecdsa-with-SHA512      |
      | naming sha256WithRSAEncryption for its ECDSA signature |

  @AHW-N13 @M-2.4.1.2-b @M-F-DEV-a
  Scenario: A Device CSR of another version is refused as a CSR error
    When the subscriber submits a faulty Device CSR: version 1
    Then the request is refused with CSR_ERROR
    And nothing was issued

  @AHW-N14 @M-2.4.1.2-b @M-F-DEV-b
  Scenario Outline: A Device CSR with a subject is refused as a CSR error
    When the subscriber submits a faulty Device CSR: <fault>
    Then the request is refused with CSR_ERROR
    And nothing was issued

    Examples:
      | fault                                     |
      | a subject with a commonName               |
      | a subject with an organizationalUnitName  |

  @AHW-N15 @M-2.4.1.2-b @M-F-DEV-c
  Scenario Outline: A Device CSR for another kind of public key is refused as a CSR error
    When the subscriber submits a faulty Device CSR: <fault>
    Then the request is refused with CSR_ERROR
    And nothing was issued

    Examples:
      | fault                                  |
      | a P-384 key                            |
      | a P-521 key                            |
      | a secp256k1 key                        |
      | a brainpoolP256r1 key                  |
      | an RSA key                             |
      | an Ed25519 key                         |
      | a P-256 key with explicit parameters   |
      | a point that is not on the curve       |

  @AHW-N16 @M-2.4.1.2-b @M-F-DEV-d
  Scenario Outline: A Device CSR with another key usage is refused as a CSR error
    When the subscriber submits a faulty Device CSR: <fault>
    Then the request is refused with CSR_ERROR
    And nothing was issued

    Examples:
      | fault                                        |
      | no keyUsage                                  |
      | keyUsage digitalSignature and keyAgreement   |
      | keyUsage keyEncipherment                     |
      | keyUsage nonRepudiation                      |
      | keyUsage keyCertSign                         |
      | keyUsage digitalSignature and nonRepudiation |
      | keyUsage without any bit                     |

  @AHW-N17 @M-2.4.1.2-b @M-F-DEV-e @G-EUI-a
  Scenario Outline: A Device CSR without one hardwareModuleName of 8 octets is refused as a CSR error
    When the subscriber submits a faulty Device CSR: <fault>
    Then the request is refused with CSR_ERROR
    And nothing was issued

    Examples:
      | fault                                          |
      | no subjectAltName                              |
      | a subjectAltName without any name              |
      | a subjectAltName with a dNSName only           |
      | a subjectAltName with a dNSName as well        |
      | a subjectAltName with two hardwareModuleNames  |
      | an otherName of another type                   |
      | hwSerialNum of 0 octets                        |
      | hwSerialNum of 7 octets                        |
      | hwSerialNum of 9 octets                        |

  @AHW-N18 @M-2.4.1.2-b @M-F-DEV-d @M-F-DEV-e
  Scenario: A Device CSR without an extensionRequest is refused as a CSR error
    When the subscriber submits a faulty Device CSR: no extensionRequest
    Then the request is refused with CSR_ERROR
    And nothing was issued

  @AHW-N19 @M-2.4.1.2-c @needs-operator-log
  Scenario: The rejection of a Device CSR is logged
    Given what the RA has logged so far
    When the subscriber submits a faulty Device CSR: a signature with one bit changed
    Then no Device Certificate is in the answer
    And the rejection was logged

  @AHW-N24 @M-2.4.GO-d @M-2.4.GO-e @M-A-CSR_ERROR @M-A-HTTP-b @M-B-REQ-b
  @M-B-RSP-a @M-B-RSP-b @M-B-RSP-c @M-B-RSP-d @M-B-RSP-e @M-B-RSP-g @M-B-RSP-h @M-B-RSP-i
  Scenario: An answer that carries a CSR error is the message of the schema and echoes the reference
    When the subscriber submits a faulty Device CSR: signed by another key
    Then the answer is the message of the schema
    And it carries an error and no Device Certificate
    And the answer carries the subscriber's reference
