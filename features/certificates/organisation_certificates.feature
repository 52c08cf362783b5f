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

  @CRT-P41 @G-12-b @G-12-f @G-12-h
  Scenario Outline: An Organisation Certificate has the key identifiers of its own key and of the Issuing CA's, not critical
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P42 @G-12-c @G-ORG-e @G-BAD-f
  Scenario Outline: An Organisation Certificate's keyUsage is present, critical, and digitalSignature or keyAgreement
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P43 @G-12-d @G-12-e @G-BAD-b
  Scenario Outline: An Organisation Certificate's key is on P-256, and its signature ECDSA with SHA-256 without parameters
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P44 @G-12-g @G-BAD-d
  Scenario Outline: An Organisation Certificate's certificatePolicies names at least one policy and is critical
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P45 @G-ORG-a @G-EUI-d @G-ROLE-a @G-BAD-a
  Scenario Outline: An Organisation Certificate's subject names the role in two hexadecimal digits and the EUI-64 in 64 bits
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P46 @G-ORG-b @G-ORG-c
  Scenario Outline: An Organisation Certificate is valid 10 years, in UTCTime while that is before 2050
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P47 @G-ORG-d
  Scenario Outline: An Organisation Certificate's issuer is organizationalUnitName 07 and the commonName of the Issuing CA
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |

  @CRT-P48 @M-2.3.1.4-a @M-2.3.1.5-a
  Scenario Outline: An Organisation Certificate is for the key, the subject and the usage of its Organisation CSR
    Given an Organisation Certificate for <usage> from <portal>
    Then the Organisation Certificate keeps this rule

    Examples:
      | usage           | portal                                |
      | Digital Signing | the portal via DCC Gateway Connection |
      | Key Agreement   | the portal via DCC Gateway Connection |
      | Digital Signing | the portal via the Internet           |
