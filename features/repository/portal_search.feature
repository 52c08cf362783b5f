@interface-repository-portal
Feature: SMKI Repository portal: what is lodged is found, shown and downloaded
  Appendix P 1.1 and the lodging clauses of Appendix M.

  @RPO-P30 @P-1.1-a @O-LODGE-a
  Scenario Outline: A certificate is found on the Repository portal by <what>
    Given <certificate> that the run was issued
    When a user of the Repository portal searches by <what>
    Then the certificate is among what is found

    Examples:
      | certificate                 | what                      |
      | a Device Certificate        | its Device ID             |
      | a Device Certificate        | its serial number         |
      | an Organisation Certificate | its organisation's EUI-64 |
      | an Organisation Certificate | its serial number         |

  @RPO-P31 @O-LODGE-c
  Scenario Outline: <certificate> is downloaded from the Repository portal in the very octets that were issued
    Given <certificate> that the run was issued
    When a user of the Repository portal finds it and downloads it
    Then the download is the certificate, octet for octet

    Examples:
      | certificate                 |
      | a Device Certificate        |
      | an Organisation Certificate |

  @RPO-P32 @P-1.1-a @O-LODGE-a
  Scenario Outline: The Repository portal shows <certificate> with whom it is for, and its serial number
    Given <certificate> that the run was issued
    When a user of the Repository portal finds it and views it
    Then the page shows the EUI-64 and the serial number of the certificate

    Examples:
      | certificate                 |
      | a Device Certificate        |
      | an Organisation Certificate |

  @RPO-P33 @O-LODGE-a @P-1.1-a
  Scenario: Every certificate of a Device is found on the Repository portal, and none of another
    Given the certificates of a Device that has two
    When a user of the Repository portal searches by its Device ID
    Then both certificates are among what is found
    And all that is found is of that Device

  @RPO-N30 @P-4.1-a
  Scenario Outline: A search of the Repository portal for <what> finds nothing
    Given a user whom the Repository portal lets in
    When the user searches for <what>
    Then nothing is found, and no fault is shown

    Examples:
      | what                                    |
      | an organisation without any certificate |
      | a Device without any certificate        |
      | a serial number without certificate     |

  @RPO-N31 @P-4.1-a
  Scenario Outline: A hostile search text finds nothing on the Repository portal, and brings up no fault: <text>
    Given a user who has seen a certificate on the Repository portal
    When the user searches for a hostile text: <text>
    Then nothing is found, and no fault is shown
    And the certificate is still found

    Examples:
      | text                                        |
      | a quote                                     |
      | a double quote                              |
      | an SQL condition                            |
      | a second SQL statement                      |
      | an SQL union                                |
      | an SQL wildcard                             |
      | an SQL wildcard in the place of a character |
      | a shell wildcard                            |
      | an XPath condition                          |
      | an LDAP filter                              |
      | a path                                      |
      | a template                                  |
      | line breaks                                 |
      | a character beyond the basic plane          |
      | a text of 2,000 characters                  |

  @RPO-N32 @P-3.1-a
  Scenario Outline: A search text is never made part of a page of the Repository portal: <markup>
    An element or a script of a stranger's would act in the session of whoever follows a link to it.
    Given a user whom the Repository portal lets in
    When the user searches for a text with markup in it: <markup>
    Then no page has anything in it that came of the markup

    Examples:
      | markup                                   |
      | an element                               |
      | a script                                 |
      | the end of an attribute                  |
      | the end of an attribute in single quotes |
      | an event handler                         |
      | a template's expression                  |

  @RPO-P34 @O-LODGE-b
  Scenario Outline: The certificate of each <authority> can be downloaded from the Repository portal
    Given a user whom the Repository portal lets in
    When the user downloads the CA certificates
    Then the certificate of each <authority> that the target trusts is among them

    Examples:
      | authority               |
      | Organisation Root CA    |
      | Organisation Issuing CA |
      | Device Root CA          |
      | Device Issuing CA       |

  @RPO-P35 @O-LODGE-b
  Scenario: The Organisation CRL can be downloaded from the Repository portal
    Given a user whom the Repository portal lets in
    When the user downloads the revocation lists
    Then the Organisation CRL is among them
