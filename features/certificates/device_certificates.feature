@interface-adhoc @interface-batch @interface-portal-gateway
Feature: The profile of a Device Certificate
  GB Companion Specification section 12, and what real Device Certificates have in common. One Device Certificate
  for each usage is asked for once from each service, from the SMKI Portal, and in a batch of each, and judged by every
  scenario here; so is every other that a run receives.

  @CRT-P01 @G-12-a
  Scenario Outline: A Device Certificate is an X.509 certificate as RFC 5280 and RFC 5759 have it, signed by the Issuing CA
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P02 @G-12-b
  Scenario Outline: authorityKeyIdentifier holds the Issuing CA's key identifier and is not critical
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P03 @G-12-c
  Scenario Outline: keyUsage is present and critical
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P04 @G-12-d
  Scenario Outline: The public key is an uncompressed point on P-256
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P05 @G-12-e @G-BAD-b
  Scenario Outline: The signature is ECDSA P-256 with SHA-256, its parameters absent
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P06 @G-12-f @G-BAD-e
  Scenario Outline: subjectKeyIdentifier is present and not critical
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P07 @G-12-g @G-BAD-d
  Scenario Outline: certificatePolicies names at least one policy and is critical
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P08 @G-12-h
  Scenario Outline: Key identifiers are the 8 octets of method 2 of RFC 5280 4.2.1.2
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P09 @G-12-i
  Scenario Outline: notAfter is the GeneralizedTime 99991231235959Z
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P10 @G-12-j
  Scenario Outline: The subject is empty
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P11 @G-12-k @G-BAD-f
  Scenario Outline: keyUsage is exactly one of digitalSignature and keyAgreement
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P12 @G-12-l @G-OID-a
  Scenario Outline: certificatePolicies holds the environment's policy and no other
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P13 @G-12-m @G-OID-b @G-EUI-c
  Scenario Outline: subjectAltName is critical and holds the Device's hardwareModuleName alone
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P15 @G-DEV-a
  Scenario Outline: The version is 3
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P16 @G-DEV-c
  Scenario Outline: The serial number has no more octets than the target's limit
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P17 @G-DEV-d
  Scenario Outline: The issuer is one commonName
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P18 @G-DEV-e
  Scenario Outline: The issuer's commonName has no more characters than the target's limit
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P19 @G-DEV-f
  Scenario Outline: There is no basicConstraints
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P20 @G-DEV-g @M-2.4.1.4-a @M-2.5.1.4-a @M-2.3.1.9-a
  Scenario Outline: Public key, keyUsage and subjectAltName are those of the Device CSR, octet for octet
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P21 @G-DEV-h
  Scenario Outline: The CA adds the serial number, issuer, validity, subjectKeyIdentifier, certificatePolicies and authorityKeyIdentifier
    Given a Device Certificate for <usage> from the <service> service
    Then the Device Certificate keeps this rule

    Examples:
      | usage           | service      |
      | Digital Signing | Ad Hoc       |
      | Key Agreement   | Ad Hoc       |
      | both usages     | Batched      |
      | Digital Signing | Portal       |
      | Key Agreement   | Portal       |
      | both usages     | Portal batch |

  @CRT-P22 @G-DEV-b
  Scenario: Serial numbers are positive and no two Device Certificates of one CA share one
    Given a Device Certificate for Digital Signing from the Ad Hoc service
    And a Device Certificate for Key Agreement from the Ad Hoc service
    Then no two Device Certificates of this run have the same issuer and serial number

  @CRT-P23 @G-12-m
  Scenario: A Device CSR without critical extensions yields a certificate in which they are critical
    Given a Device Certificate for a Device CSR whose extensions are not critical
    Then the Device Certificate keeps this rule
