@interface-portal-gateway @interface-portal-internet
Feature: The profile of an Organisation Certificate
  GB Companion Specification section 12, and what real Organisation Certificates have in common. One for each usage is
  asked for once from each portal, and judged by every scenario here; so is every other that a run receives.

  @CRT-P40 @G-12-a
  Scenario Outline: An Organisation Certificate is an X.509 certificate as RFC 5280 and RFC 5759 have it, signed by its Issuing CA
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P41 @G-12-b
  Scenario Outline: An Organisation Certificate's authorityKeyIdentifier holds the Issuing CA's key identifier and is not critical
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P42 @G-12-c
  Scenario Outline: An Organisation Certificate's keyUsage is present and critical
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P43 @G-12-d
  Scenario Outline: An Organisation Certificate's public key is an uncompressed point on P-256
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P44 @G-12-e @G-BAD-b
  Scenario Outline: An Organisation Certificate's signature is ECDSA P-256 with SHA-256, its parameters absent
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P45 @G-12-f
  Scenario Outline: An Organisation Certificate's subjectKeyIdentifier is present and not critical
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P46 @G-12-g @G-BAD-d
  Scenario Outline: An Organisation Certificate's certificatePolicies names at least one policy and is critical
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P47 @G-12-h
  Scenario Outline: An Organisation Certificate's key identifiers are 8 octets by method 2 of RFC 5280
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P48 @G-ORG-a @G-EUI-d @G-ROLE-a @G-BAD-a
  Scenario Outline: An Organisation Certificate's subject names the role in two hexadecimal digits and the EUI-64 in 64 bits
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P49 @G-ORG-b
  Scenario Outline: An Organisation Certificate is valid 10 years
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P50 @G-ORG-c
  Scenario Outline: An Organisation Certificate's notAfter is in UTCTime while it is before 2050
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P51 @G-ORG-d
  Scenario Outline: An Organisation Certificate's issuer is organizationalUnitName 07 and the commonName of the Issuing CA
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P52 @G-ORG-e @G-BAD-f
  Scenario Outline: An Organisation Certificate's keyUsage is digitalSignature or keyAgreement
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P53 @M-2.3.1.4-a @M-2.3.1.5-a
  Scenario Outline: An Organisation Certificate is for the key, the subject and the usage of its Organisation CSR
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |
