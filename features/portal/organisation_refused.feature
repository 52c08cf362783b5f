@interface-portal-gateway
Feature: SMKI Portal: an Organisation CSR that is wrong is rejected with an error message
  Appendix M 2.3.1.2, 2.3.1.3 and M-F. The Organisation CSR would be approved but for the one thing that each row
  names.

  Background:
    Given the portal issues Organisation Certificates to an ARO

  @PGO-N01 @M-2.2-a @M-2.3.1.2-a
  Scenario Outline: An Organisation CSR that is not one PKCS#10 request in DER is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                                  |
      | random octets                          |
      | cut after its first half               |
      | without its last octet                 |
      | followed by another octet              |
      | a certificate in place of the request  |

  @PGO-N02 @M-2.3.1.2-a @M-F-ORG-f
  Scenario Outline: An Organisation CSR whose signature does not verify is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                                  |
      | a signature with one bit changed       |
      | signed by another key                  |
      | an EUI-64 changed after it was signed  |

  @PGO-N03 @M-2.3.1.2-a @M-F-ORG-f
  Scenario Outline: An Organisation CSR with another signature algorithm is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                              |
      | signed with ecdsa-with-SHA1        |
      | signed with ecdsa-with-SHA224      |
      | signed with ecdsa-with-SHA384      |
      | signed with ecdsa-with-SHA512      |
      | naming sha256WithRSAEncryption for its ECDSA signature |

  @PGO-N04 @M-2.3.1.2-a @M-F-ORG-a
  Scenario: An Organisation CSR of another version is rejected
    When the ARO submits a faulty Organisation CSR: version 1
    Then it is rejected with an error message
    And no Organisation Certificate was issued

  @PGO-N05 @M-2.3.1.2-a @M-F-ORG-b
  Scenario Outline: An Organisation CSR without one organizationalUnitName and one uniqueIdentifier is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                        |
      | an empty subject             |
      | no organizationalUnitName    |
      | two organizationalUnitNames  |
      | no uniqueIdentifier          |
      | two uniqueIdentifiers        |
      | an organizationName as well  |
      | a countryName as well        |

  @PGO-N06 @M-F-ORG-b @G-BAD-a @G-ROLE-a
  Scenario Outline: A Remote Party Role Code that is not two hexadecimal characters of a role is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                                          |
      | an organizationalUnitName without characters   |
      | a Remote Party Role of one character           |
      | a Remote Party Role of three characters        |
      | the Remote Party Role 89 in decimal            |
      | a Remote Party Role in words                   |
      | a Remote Party Role that is not hexadecimal    |
      | a Remote Party Role that does not exist        |

  @PGO-N07 @M-F-ORG-b @G-EUI-a
  Scenario Outline: A uniqueIdentifier that is not a BIT STRING of 64 bits is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                                      |
      | a uniqueIdentifier of 7 octets             |
      | a uniqueIdentifier of 9 octets             |
      | a uniqueIdentifier of 0 octets             |
      | a uniqueIdentifier with 4 unused bits      |
      | a uniqueIdentifier that is an OCTET STRING |
      | a uniqueIdentifier that is text            |

  @PGO-N08 @M-F-ORG-b
  Scenario Outline: A commonName that the Organisation Certificate Policy does not allow is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                            |
      | a commonName that is too long    |
      | a commonName without characters  |
      | two commonNames                  |
      | a commonName that is no string   |

  @PGO-N09 @M-2.3.1.2-a @M-F-ORG-c
  Scenario Outline: An Organisation CSR for another kind of public key is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

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

  @PGO-N10 @M-2.3.1.2-a @M-F-ORG-d
  Scenario Outline: An Organisation CSR with another key usage is rejected
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                                        |
      | no keyUsage                                  |
      | keyUsage digitalSignature and keyAgreement   |
      | keyUsage keyEncipherment                     |
      | keyUsage nonRepudiation                      |
      | keyUsage keyCertSign                         |
      | keyUsage digitalSignature and nonRepudiation |
      | keyUsage without any bit                     |

  @PGO-N11 @M-2.3.1.2-a
  Scenario Outline: A text that is no CSR in a form of Appendix F is rejected
    When the ARO submits <text> in place of an Organisation CSR
    Then it is rejected with an error message
    And the page that answers shows no stack trace
    And no Organisation Certificate was issued

    Examples:
      | text                                       |
      | words                                      |
      | characters that are not Base64             |
      | the first half of its Base64               |
      | BEGIN and END lines with nothing between   |
      | hexadecimal                                |
      | Base64 of its Base64                       |

  @PGO-N12 @M-2.3.1.2-a
  Scenario Outline: A form with <text> is refused and exhausts nothing
    When the ARO submits <text> in place of an Organisation CSR
    Then it is not taken
    And no Organisation Certificate was issued
    When the ARO submits a Digital Signing Organisation CSR
    Then its Organisation Certificate can be downloaded

    Examples:
      | text                            |
      | nothing                         |
      | white space only                |
      | its octets as they are          |
      | a million characters of Base64  |

  @PGO-N16 @M-2.3.1.2-a @advisory
  Scenario Outline: A text that says it is something else than a CSR, or is more than one, is rejected
    Advisory: Appendix F lists what is accepted, and does not forbid more.
    When the ARO submits <text> in place of an Organisation CSR
    Then it is rejected with an error message

    Examples:
      | text                                       |
      | CERTIFICATE lines                          |
      | PRIVATE KEY lines                          |
      | the same CSR twice                         |

  @PGO-N13 @M-2.3.1.3-a @M-2.3.1.3-b @N-1-a
  Scenario Outline: An Organisation CSR for whom this ARO may not submit is rejected with the reasons
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                                  |
      | the EUI-64 of another organisation     |
      | a Remote Party Role that is not held   |

  @PGO-N14 @M-2.3.1.2-a @needs-operator-log
  Scenario Outline: The rejection of an Organisation CSR is logged
    Given what the RA has logged of Organisation CSRs so far
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And its rejection was logged

    Examples:
      | fault                             |
      | a signature with one bit changed  |
      | cut after its first half          |

  @PGO-N15 @M-2.3.1.2-a @N-1-a
  Scenario Outline: What was pasted is never made part of a page
    Shown back it is text: an element or a script of a stranger's would act with the credential of whoever looks at it.
    When the ARO submits a text with markup in it: <markup>
    Then it is not taken
    When the ARO looks for it on the Organisation pages
    Then no page has anything in it that came of the markup

    Examples:
      | markup                                |
      | an element                            |
      | a script                              |
      | the end of a text area                |
      | the end of an attribute               |
      | the end of an attribute in single quotes |
      | an event handler                      |
      | a template's expression               |
