@interface-repository-portal @interface-repository-sftp
Feature: The certificates of the CAs, as they are lodged in the Repository
  What real CA certificates have in common, and GB Companion Specification section 12 on every certificate. The names of
  the CAs, and the certificates that are trusted, are the target's.

  @CRT-P60 @O-LODGE-b
  Scenario Outline: The certificates of the Issuing CAs and of the roots are lodged
    When the CA certificates are taken by <way>
    Then the certificate of each of the target's CAs is among them

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P61 @G-CA-a
  Scenario Outline: An Issuing CA's certificate has the name of the Issuing CA, and names its root as its issuer
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P62 @G-CA-b
  Scenario Outline: An Issuing CA's certificate is valid for 25 years
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P63 @G-CA-c
  Scenario Outline: An Issuing CA's keyUsage is keyCertSign and cRLSign, and critical
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P64 @G-CA-d
  Scenario Outline: An Issuing CA's basicConstraints is critical, with cA TRUE and pathLen 0
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P65 @G-CA-e
  Scenario Outline: An Issuing CA's certificatePolicies is critical
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P66 @G-CA-f
  Scenario Outline: An Issuing CA's certificate has subjectKeyIdentifier and authorityKeyIdentifier
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P67 @G-12-a @G-12-b @G-12-c @G-12-d @G-12-e @G-12-f @G-12-g @G-12-h
  Scenario Outline: The certificate of every CA, of a root too, keeps what GBCS section 12 asks of all certificates
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule
    And each root's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P68 @G-BAD-c
  Scenario Outline: A self-signed CA certificate names itself as its issuer
    Given the CA certificates of the Repository, by <way>
    Then each Issuing CA's certificate keeps this rule
    And each root's certificate keeps this rule

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |
