@interface-batch
Feature: Batched Device CSR Web Service: each Device CSR of a batch is approved or rejected on its own
  Appendix M 2.5.1.3, M-D. Right Device CSRs stand before, between and behind the others, and are issued certificates.

  Background:
    Given an Authorised Subscriber of the Batched Device CSR Web Service

  @BWS-N10 @M-2.2-a @M-2.5.1.3-a @M-2.5.1.3-e @M-D-CSR-CSR_ERROR @M-D-CSR-VALUES @M-D-COMPLETED
  @M-D-RSP-d @M-D-RSP-e @M-2.5.GO-d @M-2.5.GO-e
  Scenario: A Device CSR of a batch that is not one PKCS#10 request in DER has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                                 |
      | random octets                         |
      | cut after its first half              |
      | without its last octet                |
      | followed by another octet             |
      | a certificate in place of the request |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N11 @M-2.5.1.3-a @M-2.5.1.3-e @M-D-CSR-CSR_ERROR
  Scenario: A Device CSR of a batch whose signature does not verify has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                            |
      | a signature with one bit changed |
      | signed by another key            |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N12 @M-2.5.1.3-a @M-F-DEV-f
  Scenario: A Device CSR of a batch with another signature algorithm has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                                                  |
      | signed with ecdsa-with-SHA1                            |
      | signed with ecdsa-with-SHA224                          |
      | signed with ecdsa-with-SHA384                          |
      | signed with ecdsa-with-SHA512                          |
      | naming sha256WithRSAEncryption for its ECDSA signature |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N13 @M-2.5.1.3-a @M-F-DEV-a
  Scenario: A Device CSR of a batch of another version has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault     |
      | version 1 |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N14 @M-2.5.1.3-a @M-F-DEV-b
  Scenario: A Device CSR of a batch with a subject has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                                    |
      | a subject with a commonName              |
      | a subject with an organizationalUnitName |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N15 @M-2.5.1.3-a @M-F-DEV-c
  Scenario: A Device CSR of a batch for another kind of public key has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                                |
      | a P-384 key                          |
      | a P-521 key                          |
      | a secp256k1 key                      |
      | a brainpoolP256r1 key                |
      | an RSA key                           |
      | an Ed25519 key                       |
      | a P-256 key with explicit parameters |
      | a point that is not on the curve     |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N16 @M-2.5.1.3-a @M-F-DEV-d
  Scenario: A Device CSR of a batch with another key usage has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                                        |
      | no keyUsage                                  |
      | keyUsage digitalSignature and keyAgreement   |
      | keyUsage keyEncipherment                     |
      | keyUsage nonRepudiation                      |
      | keyUsage keyCertSign                         |
      | keyUsage digitalSignature and nonRepudiation |
      | keyUsage without any bit                     |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N17 @M-2.5.1.3-a @M-F-DEV-e @G-EUI-a
  Scenario: A Device CSR of a batch without one hardwareModuleName of 8 octets has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault                                         |
      | no subjectAltName                             |
      | a subjectAltName without any name             |
      | a subjectAltName with a dNSName only          |
      | a subjectAltName with a dNSName as well       |
      | a subjectAltName with two hardwareModuleNames |
      | an otherName of another type                  |
      | hwSerialNum of 0 octets                       |
      | hwSerialNum of 7 octets                       |
      | hwSerialNum of 9 octets                       |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N18 @M-2.5.1.3-a @M-F-DEV-d @M-F-DEV-e
  Scenario: A Device CSR of a batch without an extensionRequest has a CSR error and does not spoil the others
    When the subscriber submits a batch of right Device CSRs, and among them these faulty ones:
      | fault               |
      | no extensionRequest |
    Then each faulty one has a CSR error, and each right one a Device Certificate
    And nothing was issued for the faulty ones

  @BWS-N19 @M-2.5.1.3-d @M-2.5.1.3-e @M-D-CSR-ISSUANCE_ANOMALY @needs-operator-devices
  Scenario: The limit that is reached within a batch holds for what follows
    Given a Device that is two certificates short of the limit, for the batch
    When the subscriber submits a batch of 5 Device CSRs for that Device, and a right one for another
    Then 2 of them are issued Device Certificates, and the others are refused for the limit
    And nothing more was issued

  @BWS-N20 @M-2.5.1.3-d @M-2.5.1.3-e @M-D-CSR-ISSUANCE_ANOMALY @needs-operator-devices
  Scenario: A Device that has reached the limit gets nothing from a batch, whatever the usage
    Given a Device that has reached the limit, for the batch
    When the subscriber submits a batch of 2 Device CSRs for that Device, and a right one for another
    Then 0 of them are issued Device Certificates, and the others are refused for the limit
    And nothing more was issued

  @BWS-N21 @M-2.5.1.3-c @M-2.5.1.3-e @M-D-CSR-INELIGIBLE @needs-operator-eligibility
  Scenario: A Device for which the subscriber is not eligible is ineligible, and the others are not
    Given a Device in a provisioning state in which the subscriber may not ask for it
    And a Device in a provisioning state in which the subscriber may ask for it
    When the subscriber submits a batch with a Device CSR for each of them
    Then the one that it may not ask for is INELIGIBLE, and the other is issued a Device Certificate
    And nothing more was issued

  @BWS-P12 @M-2.5.1.3-e @M-D-COMPLETED @M-D-RSP-d
  Scenario: A Device CSR that stands in a batch twice has a result each time
    That the second is a duplicate may be an anomaly, an error, or nothing at all.
    When the subscriber submits a batch in which one Device CSR stands twice
    Then at least one of the two is issued a Device Certificate, and each has a result
