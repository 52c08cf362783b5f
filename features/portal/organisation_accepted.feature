@interface-portal-gateway
Feature: SMKI Portal: an Organisation CSR that is right is accepted, approved and issued
  Appendix M 2.3.1.1 to 2.3.1.5. An Authorised Responsible Officer (ARO) pastes an Organisation CSR into the form.
  Every Organisation Certificate is judged whole; what no scenario here cites counts against its requirement all the
  same.

  Background:
    Given an ARO who may submit Organisation CSRs

  @PGO-P01 @M-2.2-a @M-2.3.EST-b @M-2.3.1.1-a @M-2.3.1.2-a @M-2.3.1.3-a @M-2.3.1.3-b @M-2.3.1.4-a @M-2.3.1.4-c
  @N-1-a @N-2.1.1-a @N-2.3.1-a @G-EUI-a
  @M-F-ORG-a @M-F-ORG-b @M-F-ORG-c @M-F-ORG-d @M-F-ORG-e @M-F-ORG-f
  Scenario Outline: An Organisation CSR for each usage is accepted and approved with notifications, and issued
    When the ARO submits a <usage> Organisation CSR
    Then its acceptance is notified
    And its approval is notified
    And its Organisation Certificate can be downloaded

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @PGO-P02 @M-2.3.1.3-a @M-2.3.1.3-b @M-F-ORG-b @G-EUI-e @G-ROLE-a
  Scenario Outline: Organisation CSRs are approved in each Remote Party Role that the organisation holds
    When the ARO submits a <usage> Organisation CSR in each Remote Party Role that the organisation holds
    Then an Organisation Certificate is issued for each

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @PGO-P03 @M-F-TXT-a @M-F-TXT-b @M-F-TXT-c @M-F-TXT-d @M-F-TXT-e @M-F-TXT-f @M-F-TXT-g @M-F-TXT-h @M-2.3.1.2-a
  Scenario Outline: An Organisation CSR is accepted in every text form of Appendix F
    When the ARO submits an Organisation CSR as <text>
    Then its Organisation Certificate can be downloaded

    Examples:
      | text                                             |
      | CERTIFICATE REQUEST lines, one line, LF          |
      | CERTIFICATE REQUEST lines, one line, CRLF        |
      | CERTIFICATE REQUEST lines, lines of 64, LF       |
      | CERTIFICATE REQUEST lines, lines of 64, CRLF     |
      | CERTIFICATE REQUEST lines, lines of 76, LF       |
      | CERTIFICATE REQUEST lines, lines of 76, CRLF     |
      | NEW CERTIFICATE REQUEST lines, one line, LF      |
      | NEW CERTIFICATE REQUEST lines, one line, CRLF    |
      | NEW CERTIFICATE REQUEST lines, lines of 64, LF   |
      | NEW CERTIFICATE REQUEST lines, lines of 64, CRLF |
      | NEW CERTIFICATE REQUEST lines, lines of 76, LF   |
      | NEW CERTIFICATE REQUEST lines, lines of 76, CRLF |
      | no BEGIN and END lines, one line, LF             |
      | no BEGIN and END lines, one line, CRLF           |
      | no BEGIN and END lines, lines of 64, LF          |
      | no BEGIN and END lines, lines of 64, CRLF        |
      | no BEGIN and END lines, lines of 76, LF          |
      | no BEGIN and END lines, lines of 76, CRLF        |

  @PGO-P04 @M-2.3.1.4-a @M-2.3.1.4-c @G-12-a
  Scenario: Each Organisation CSR is issued a certificate of its own
    When the ARO submits 3 Organisation CSRs, one after another
    Then an Organisation Certificate is issued for each
    And no two Organisation Certificates have the same serial number

  @PGO-P05 @M-F-ORG-b @G-ORG-a
  Scenario Outline: The subject of an Organisation CSR may be all that Appendix F and the certificate policy allow
    When the ARO submits an Organisation CSR with <subject>
    Then its Organisation Certificate can be downloaded

    Examples:
      | subject                                      |
      | no commonName                                |
      | a commonName of one character                |
      | a commonName of as many characters as may be |

  @PGO-P06 @M-2.3.1.3-b @M-2.3.1.2-a
  Scenario Outline: A rejected Organisation CSR is corrected, submitted again with the same key pair, and issued
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    When the ARO submits the corrected Organisation CSR with the same key pair
    Then its Organisation Certificate can be downloaded

    Examples:
      | fault                                  |
      | the EUI-64 of another organisation     |
      | a Remote Party Role that is not held   |
      | no organizationalUnitName              |
      | no keyUsage                            |
      | a signature with one bit changed       |

  @PGO-P07 @M-1.2-e @advisory
  Scenario: An Organisation Certificate is available within the target response time
    When the ARO submits 3 Organisation CSRs, one after another
    Then an Organisation Certificate is issued for each
    And each was decided within the target response time

  @PGO-P08 @M-2.3.1.2-a @M-2.3.1.3-b @N-2.1.1-a
  Scenario: What became of an Organisation CSR can be seen on the portal later
    When the ARO submits a Digital Signing Organisation CSR
    And the ARO submits a faulty Organisation CSR: a Remote Party Role that is not held
    And the ARO comes back to the portal later
    Then the first is on the list of the ARO's requests, approved
    And the other is on it, rejected with an error message

  @PGO-P09 @M-F-ORG-b @advisory
  Scenario: The names in the subject of an Organisation CSR may be UTF8Strings
    Advisory: Appendix F does not say which string types it allows.
    When the ARO submits an Organisation CSR with names in UTF8String
    Then its Organisation Certificate can be downloaded
