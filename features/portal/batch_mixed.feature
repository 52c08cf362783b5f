@interface-portal-gateway
Feature: SMKI Portal: each Device CSR of a Batched CSR is approved or rejected on its own
  Appendix M 2.3.1.8, M-F. Right Device CSRs stand before, between and behind the others, and get their certificates.

  Background:
    Given an ARO for Device Certificates on the SMKI Portal

  @PGD-N22 @M-2.2-a @M-2.3.1.8-d @M-F-ZIP-c @M-F-ZIP-e @M-2.3.1.9-d
  Scenario: A file of a Batched CSR that is not one PKCS#10 request in DER ends with an error and does not spoil the others
    When the ARO uploads a Batched CSR of right Device CSRs, and among them these faulty ones:
      | fault                                 |
      | random octets                         |
      | cut after its first half              |
      | without its last octet                |
      | followed by another octet             |
      | a certificate in place of the request |
    Then each faulty one has ended with an error, and each right one has its Device Certificate to pick up
    And the portal has issued nothing for the faulty ones

  @PGD-N23 @M-2.3.1.8-d @M-F-ZIP-e @M-2.3.1.9-d
  Scenario: A Device CSR of a Batched CSR whose signature does not verify ends with an error and does not spoil the others
    When the ARO uploads a Batched CSR of right Device CSRs, and among them these faulty ones:
      | fault                            |
      | a signature with one bit changed |
      | signed by another key            |
    Then each faulty one has ended with an error, and each right one has its Device Certificate to pick up
    And the portal has issued nothing for the faulty ones

  @PGD-N24 @M-2.3.1.8-d @M-F-DEV-a @M-F-DEV-b @M-F-DEV-c @M-F-DEV-d @M-F-DEV-e @M-F-DEV-f @G-EUI-a @M-2.3.1.9-d
  Scenario: A Device CSR of a Batched CSR that is not as M-F has it ends with an error and does not spoil the others
    When the ARO uploads a Batched CSR of right Device CSRs, and among them these faulty ones:
      | fault                                                  |
      | version 1                                              |
      | a subject with a commonName                            |
      | a P-384 key                                            |
      | a secp256k1 key                                        |
      | an RSA key                                             |
      | an Ed25519 key                                         |
      | a P-256 key with explicit parameters                   |
      | a point that is not on the curve                       |
      | signed with ecdsa-with-SHA1                            |
      | signed with ecdsa-with-SHA384                          |
      | naming sha256WithRSAEncryption for its ECDSA signature |
      | no keyUsage                                            |
      | keyUsage digitalSignature and keyAgreement             |
      | keyUsage keyEncipherment                               |
      | keyUsage keyCertSign                                   |
      | no subjectAltName                                      |
      | a subjectAltName with a dNSName only                   |
      | a subjectAltName with two hardwareModuleNames          |
      | an otherName of another type                           |
      | hwSerialNum of 7 octets                                |
      | hwSerialNum of 9 octets                                |
      | no extensionRequest                                    |
    Then each faulty one has ended with an error, and each right one has its Device Certificate to pick up
    And the portal has issued nothing for the faulty ones

  @PGD-N25 @M-2.3.1.8-d @M-F-ZIP-e @M-2.3.1.9-d @needs-operator-devices
  Scenario Outline: In a Batched CSR the limit that is reached holds for what follows
    Given a Device that <state>, for the Batched CSR
    When the ARO uploads a Batched CSR of 4 Device CSRs for that Device, and a right one for another
    Then <number> of them have a Device Certificate to pick up, and the others ended for the limit
    And the portal has issued no more than that

    Examples:
      | state                                  | number |
      | is two certificates short of the limit | 2      |
      | has reached the limit                  | 0      |

  @PGD-N26 @M-2.3.1.8-d @M-F-ZIP-e @M-2.3.1.9-d @needs-operator-eligibility
  Scenario: In a Batched CSR a Device for which its subscriber is not eligible is ineligible, and the others are not
    Given a Device in a state in which the ARO's Party may not ask for it, for the Batched CSR
    And a Device in a state in which the ARO's Party may ask for it, for the Batched CSR
    When the ARO uploads a Batched CSR with a Device CSR for each of them
    Then the one that it may not ask for is ineligible, and the other has its Device Certificate to pick up
    And the portal has issued no more than that
