@interface-repository-portal @interface-repository-sftp
Feature: The path from a certificate to its root, through the CA certificates in the Repository
  As RFC 5280 section 6 has it: names, key identifiers, signatures, what a CA may do, validity, and revocation.

  @CRT-P75 @O-LODGE-b @G-12-a @G-12-b @G-CRL-b
  Scenario Outline: A certificate for <usage> from <issuer> builds to the target's root, and is on no revocation list
    Given the CA certificates and revocation lists of the Repository
    And a certificate for <usage> that <issuer> has issued
    Then its path leads to a root of the target

    Examples:
      | usage           | issuer                              |
      | Digital Signing | the Ad Hoc service                  |
      | Key Agreement   | the Ad Hoc service                  |
      | both usages     | the Batched service                 |
      | Digital Signing | the SMKI Portal                     |
      | both usages     | a Batched CSR on the SMKI Portal    |
      | Digital Signing | the SMKI Portal, to an organisation |
      | Key Agreement   | the SMKI Portal, to an organisation |
      | Digital Signing | the SMKI Portal via the Internet    |

  @CRT-P76 @O-LODGE-b @G-12-a @G-12-b @G-CRL-c
  Scenario: The certificate of each Issuing CA builds to the target's root, and is on no revocation list
    Given the CA certificates and revocation lists of the Repository
    Then the path of each Issuing CA's certificate leads to a root of the target
