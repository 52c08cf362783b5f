@interface-portal-gateway
Feature: SMKI Portal: each section is open to those who hold its IKI Certificates, and to nobody else
  Appendix M 2.3 and Appendix N 1, 2.1.1. A refusal may come in the TLS handshake, as an HTTP status or as a page
  without the form: the text leaves it open.

  @PGO-P20 @M-2.3.EST-a @N-2.1.1-a
  Scenario: The landing page has a link to the Organisation pages and a link to the Device pages
    When a user without an IKI Certificate opens the landing page
    Then it has a link to the Organisation pages
    And it has a link to the Device pages

  @PGO-P21 @M-2.3.EST-b @M-2.3.GO-a @N-1-a @N-2.1.1-a @N-2.3.1-a
  Scenario Outline: An IKI Certificate for the <section> pages opens them
    When an ARO with an IKI Certificate for the <section> pages follows the link to them
    Then the form for <what> is there

    Examples:
      | section      | what                |
      | Organisation | an Organisation CSR |
      | Device       | a Device CSR        |
      | Device       | a Batched CSR       |

  @PGO-N30 @M-2.3.EST-b @N-1-a
  Scenario Outline: An IKI Certificate for the <other> pages does not open the <section> pages
    Given an ARO to whom the <section> pages are open
    When a user with an IKI Certificate for the <other> pages follows the link to the <section> pages
    Then access is denied

    Examples:
      | section      | other        |
      | Organisation | Device       |
      | Device       | Organisation |

  @PGO-N31 @M-2.3.EST-b @N-1-a
  Scenario Outline: An IKI Certificate for the <service> web service does not open the <section> pages
    Given an ARO to whom the <section> pages are open
    When a user with an IKI Certificate for <service> follows the link to the <section> pages
    Then access is denied

    Examples:
      | section      | service |
      | Organisation | adhoc   |
      | Organisation | batch   |
      | Device       | adhoc   |
      | Device       | batch   |

  @PGO-N32 @S-2
  Scenario: A subscriber that has not completed User Entry Process Tests is refused on the Device pages
    Given an ARO to whom the Device pages are open
    When an ARO whose organisation has not completed User Entry Process Tests submits a Device CSR
    Then no Device Certificate is issued through the portal

  @PGO-N33 @M-2.3.EST-b @N-1-a
  Scenario Outline: The <section> pages cannot be reached by their addresses with an IKI Certificate for the <other> pages
    Given an ARO to whom the <section> pages are open
    When a user with an IKI Certificate for the <other> pages asks for their addresses
    Then nothing of the <section> pages is shown

    Examples:
      | section      | other        |
      | Organisation | Device       |
      | Device       | Organisation |

  @PGO-N34 @M-2.3.EST-b @M-2.3.EST-d @N-1-a
  Scenario Outline: A CSR sent straight to the form for <what> by a user with <means> is not taken
    Given an ARO to whom the form for <what> is open
    When a user with <means> sends a CSR straight to the form
    Then the ARO has no new request
    And nothing was issued for that CSR

    Examples:
      | what                | means                                              |
      | an Organisation CSR | no IKI Certificate                                 |
      | an Organisation CSR | an IKI Certificate for the Device pages            |
      | an Organisation CSR | an IKI Certificate for adhoc                       |
      | an Organisation CSR | an expired IKI Certificate for the Organisation pages |
      | an Organisation CSR | a revoked IKI Certificate for the Organisation pages |
      | a Device CSR        | no IKI Certificate                                 |
      | a Device CSR        | an IKI Certificate for the Organisation pages      |
      | a Device CSR        | an IKI Certificate for adhoc                       |
      | a Device CSR        | an expired IKI Certificate for the Device pages    |

  @PGO-N35 @N-1-a
  Scenario: One ARO's requests are not on the list of another Party's ARO
    Given an approved Organisation CSR of an ARO
    When an ARO of another Party looks at the list of requests
    Then the request is not on it

  @PGO-N36 @N-1-a
  Scenario Outline: The address of <thing> of one Party shows nothing to another Party's ARO
    Given an approved Organisation CSR of an ARO
    When an ARO of another Party asks for the address of <thing>
    Then nothing of the request is shown

    Examples:
      | thing                 |
      | a request             |
      | a certificate         |

  @PGO-N37 @N-1-a @M-2.3.EST-b
  Scenario Outline: A session is of no use under another credential: <thing>
    Given an approved Organisation CSR of an ARO
    When an ARO of another Party asks for the address of <thing> with the first one's session
    Then nothing of the request is shown

    Examples:
      | thing                 |
      | a request             |
      | a certificate         |

  @PGO-N38 @N-1-a @M-2.3.1.3-a
  Scenario: A form filled in under one credential and sent under another is not taken
    Given an ARO to whom the form for an Organisation CSR is open
    When an ARO of another Party sends the first one's form with the first one's session
    Then the ARO has no new request
    And nothing was issued for that CSR

  @PGO-N39 @N-1-a
  Scenario Outline: A form that another site sends in the name of an ARO is not taken: <form>
    As from a browser that shows the portal the ARO's cookies and IKI Certificate, whatever site a form is from.
    Given an ARO to whom the form for <what> is open
    When another site sends the form in the name of the ARO <form>
    Then the ARO has no new request
    And nothing was issued for that CSR

    Examples:
      | what                | form                                  |
      | an Organisation CSR | without its hidden fields             |
      | an Organisation CSR | with its hidden fields changed        |
      | an Organisation CSR | with the hidden fields of another ARO |
      | an Organisation CSR | as a query in an address              |
      | a Device CSR        | without its hidden fields             |
      | a Device CSR        | with its hidden fields changed        |
      | a Device CSR        | with the hidden fields of another ARO |
      | a Batched CSR       | without its hidden fields             |
      | a Batched CSR       | with the hidden fields of another ARO |
