@interface-portal-internet
Feature: SMKI Portal via the Internet: Organisation CSRs by the same rules, and no Device CSR
  Appendix M 2.1, 2.3.1; the proposal, S-3 to S-5. Device CSRs come over a DCC Gateway Connection: whatever way one
  takes to this portal, nothing is issued for it.

  @INT-P01 @S-4 @M-2.3.1.1-a @M-2.3.1.2-a @M-2.3.1.3-a @M-2.3.1.3-b @M-2.3.1.4-a @M-2.3.1.4-c @N-1-a
  Scenario Outline: An Organisation CSR via the Internet is accepted, approved and issued
    Given an ARO who may submit Organisation CSRs
    When the ARO submits a <usage> Organisation CSR
    Then its acceptance is notified
    And its approval is notified
    And its Organisation Certificate can be downloaded

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @INT-P02 @S-4 @M-F-TXT-a @M-F-TXT-b @M-F-TXT-c @M-F-TXT-d @M-F-TXT-e @M-F-TXT-f @M-F-TXT-g @M-F-TXT-h
  Scenario Outline: An Organisation CSR via the Internet is accepted in the text forms of Appendix F
    Given an ARO who may submit Organisation CSRs
    When the ARO submits an Organisation CSR as <text>
    Then its Organisation Certificate can be downloaded

    Examples:
      | text                                              |
      | CERTIFICATE REQUEST lines, lines of 64, CRLF      |
      | NEW CERTIFICATE REQUEST lines, lines of 76, LF    |
      | no BEGIN and END lines, one line, LF              |

  @INT-P03 @S-4 @M-2.3.1.3-b
  Scenario: A rejected Organisation CSR is corrected and issued via the Internet too
    Given an ARO who may submit Organisation CSRs
    When the ARO submits a faulty Organisation CSR: a Remote Party Role that is not held
    Then it is rejected with an error message
    When the ARO submits the corrected Organisation CSR with the same key pair
    Then its Organisation Certificate can be downloaded

  @INT-N01 @M-2.2-a @M-2.3.1.2-a @M-F-ORG-a @M-F-ORG-b @M-F-ORG-c @M-F-ORG-d @M-F-ORG-f
  Scenario Outline: An Organisation CSR that is wrong is rejected via the Internet too
    Given the portal issues Organisation Certificates to an ARO
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                              |
      | cut after its first half           |
      | a signature with one bit changed   |
      | signed with ecdsa-with-SHA384      |
      | version 1                          |
      | no uniqueIdentifier                |
      | the Remote Party Role 89 in decimal |
      | a P-384 key                        |
      | keyUsage digitalSignature and keyAgreement |

  @INT-N02 @M-2.3.1.3-a @M-2.3.1.3-b @N-1-a
  Scenario Outline: An Organisation CSR for whom this ARO may not submit is rejected via the Internet too
    Given the portal issues Organisation Certificates to an ARO
    When the ARO submits a faulty Organisation CSR: <fault>
    Then it is rejected with an error message
    And no Organisation Certificate was issued

    Examples:
      | fault                                  |
      | the EUI-64 of another organisation     |
      | a Remote Party Role that is not held   |

  @INT-N03 @N-1-a
  Scenario Outline: A user with <means> does not get to the Organisation pages via the Internet
    Given an ARO to whom the Organisation pages are open
    When a user with <means> follows the link to the Organisation pages
    Then access is denied

    Examples:
      | means                                                 |
      | no IKI Certificate                                    |
      | an IKI Certificate for the Device pages               |
      | an IKI Certificate for batch                          |
      | an expired IKI Certificate for the Organisation pages |
      | a revoked IKI Certificate for the Organisation pages  |
      | a self-signed copy of the subscriber's certificate    |

  @INT-N04 @N-1-a
  Scenario Outline: Via the Internet too, the address of <thing> of one Party shows nothing to another Party's ARO
    Given an approved Organisation CSR of an ARO
    When an ARO of another Party asks for the address of <thing>
    Then nothing of the request is shown

    Examples:
      | thing                 |
      | a request             |
      | a certificate         |

  @INT-N11 @S-3 @S-5
  Scenario Outline: A Device CSR in the form for Organisation CSRs of the Internet portal is not issued
    Given a release of the SEC in which the Internet portal takes no Device CSR
    And the portal issues Organisation Certificates to an ARO
    When the ARO pastes a <usage> Device CSR into the form for Organisation CSRs
    Then it is not taken
    And nothing was issued for that CSR

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @INT-N12 @S-3 @S-5
  Scenario Outline: <what> sent to the Internet portal as if to the pages of the gateway's is not taken
    Given a release of the SEC in which the Internet portal takes no Device CSR
    And the form for <what> as the portal via DCC Gateway Connection has it
    When a user with an IKI Certificate for the <section> pages sends it to the Internet portal
    Then nothing was issued for that CSR
    And nothing of it is on the pages of the portal via DCC Gateway Connection

    Examples:
      | what          | section      |
      | a Device CSR  | Organisation |
      | a Device CSR  | Device       |
      | a Batched CSR | Organisation |
      | a Batched CSR | Device       |

  @INT-N13 @S-3 @S-5
  Scenario: A Batched CSR sent to the form for Organisation CSRs of the Internet portal is not taken
    Given a release of the SEC in which the Internet portal takes no Device CSR
    And the portal issues Organisation Certificates to an ARO
    When the ARO sends a Batched CSR to the form for Organisation CSRs
    Then nothing was issued for that CSR

  @INT-N14 @S-3 @S-5
  Scenario Outline: The Device pages of the gateway's portal cannot be reached through the Internet portal
    Given a release of the SEC in which the Internet portal takes no Device CSR
    And an ARO to whom the Device pages of the portal via DCC Gateway Connection are open
    When a user with an IKI Certificate for the <section> pages asks the Internet portal for their addresses
    Then nothing of the Device pages is shown

    Examples:
      | section      |
      | Organisation |
      | Device       |
