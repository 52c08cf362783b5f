@interface-repository-web-service
Feature: Repository Web Service: what is no right request discloses no certificate and disturbs nothing
  Appendix O. The request would be served but for the one thing that each row names.

  Background:
    Given the Repository Web Service serves the user

  @RWS-N20 @O-WS-b @O-WS-h
  Scenario Outline: A search by what is no EUI-64 is refused as bad search parameters
    When the user searches for a <kind> by a wrong EUI-64: <fault>
    Then the answer is that the search parameters are bad

    Examples:
      | kind         | fault                           |
      | Device       | no element                      |
      | Device       | an empty element                |
      | Device       | white space alone               |
      | Device       | 7 octets                        |
      | Device       | 9 octets                        |
      | Device       | a digit too few                 |
      | Device       | a digit that is not hexadecimal |
      | Device       | digits of another script        |
      | Device       | a word                          |
      | organisation | no element                      |
      | organisation | an empty element                |
      | organisation | white space alone               |
      | organisation | 7 octets                        |
      | organisation | 9 octets                        |
      | organisation | a digit too few                 |
      | organisation | a digit that is not hexadecimal |
      | organisation | digits of another script        |
      | organisation | a word                          |

  @RWS-N21 @O-WS-b @O-WS-h @advisory
  Scenario Outline: A search by an EUI-64 in another form is refused as bad search parameters
    Advisory: the form is given, and an RA that understands another one as well harms nobody.
    When the user searches for the certificate by an EUI-64 in another form: <form>
    Then the answer is that the search parameters are bad

    Examples:
      | form                  |
      | lower case            |
      | no hyphens            |
      | colons                |
      | spaces                |
      | white space around it |

  @RWS-N22 @O-WS-d @O-WS-h
  Scenario Outline: A retrieval by what is no serial number is refused as bad search parameters
    When the user retrieves a certificate by a wrong serial number: <fault>
    Then the answer is that the search parameters are bad

    Examples:
      | fault                           |
      | no element                      |
      | an empty element                |
      | white space alone               |
      | 31 digits                       |
      | 33 digits                       |
      | a digit that is not hexadecimal |
      | a minus sign                    |
      | a word                          |

  @RWS-N23 @O-WS-d @O-WS-h @advisory
  Scenario Outline: A retrieval by a serial number in another form is refused as bad search parameters
    Advisory: the form is given, and an RA that understands another one as well harms nobody.
    When the user retrieves the certificate by a serial number in another form: <form>
    Then the answer is that the search parameters are bad

    Examples:
      | form        |
      | lower case  |
      | hyphens     |
      | colons      |
      | a prefix 0x |

  @RWS-N24 @O-WS-b @O-WS-d @P-4.1-a
  Scenario Outline: What is sent as a <request> and is not its document is refused, and the service goes on
    When the user sends as a <request>: <body>
    Then the request is refused and no certificate is disclosed
    And the answer shows nothing of the Repository's inside
    And the user is served as before

    Examples:
      | request   | body                               |
      | search    | an empty body                      |
      | search    | text that is not XML               |
      | search    | JSON                               |
      | search    | XML cut after its first half       |
      | search    | XML without its last end tag       |
      | search    | XML with octets that are not UTF-8 |
      | search    | XML with an undeclared entity      |
      | search    | XML with a reference to NUL        |
      | search    | XML with a second root element     |
      | search    | another root element               |
      | search    | the element as the root            |
      | search    | another element                    |
      | search    | an element within the element      |
      | retrieval | an empty body                      |
      | retrieval | text that is not XML               |
      | retrieval | XML cut after its first half       |
      | retrieval | XML without its last end tag       |
      | retrieval | another root element               |
      | retrieval | another element                    |

  @RWS-N26 @O-WS-b @O-WS-d @P-4.1-a
  Scenario Outline: An external entity in a <request> is not read
    When the user sends a <request> whose value is an external entity
    Then nothing of the entity is disclosed
    And the request is refused and no certificate is disclosed
    And the user is served as before

    Examples:
      | request   |
      | search    |
      | retrieval |

  @RWS-N27 @O-WS-b @O-WS-d @advisory
  Scenario Outline: A <request> with a document type of its own is refused
    Advisory: nothing is said of document types, and with its entity replaced this request is right.
    When the user sends a <request> whose value is an internal entity
    Then the request is refused and no certificate is disclosed

    Examples:
      | request   |
      | search    |
      | retrieval |

  @RWS-N28 @O-WS-b @O-WS-d @P-4.1-a
  Scenario Outline: A <request> with <load> exhausts nothing
    When the user sends a <request> with <load>
    Then no certificate is disclosed
    And the user is served as before

    Examples:
      | request   | load                                                    |
      | search    | a value that expands to ten thousand million characters |
      | search    | a value of 8 million octets                             |
      | retrieval | a value that expands to ten thousand million characters |
      | retrieval | a value of 8 million octets                             |

  @RWS-N40 @O-WS-b @O-WS-g @O-WS-h @P-4.1-a
  Scenario Outline: A hostile text in a search is no match and breaks nothing
    When the user searches for a <kind> by a hostile text: <text>
    Then the answer is that there is no match, or that the search parameters are bad
    And the answer shows nothing of the Repository's inside
    And the user is served as before

    Examples:
      | kind         | text                                        |
      | Device       | a quote                                     |
      | Device       | a double quote                              |
      | Device       | an SQL condition                            |
      | Device       | an SQL comment                              |
      | Device       | a second SQL statement                      |
      | Device       | an SQL union                                |
      | Device       | an SQL wildcard                             |
      | Device       | an SQL wildcard in the place of a character |
      | Device       | a shell wildcard                            |
      | Device       | a regular expression                        |
      | Device       | an XPath condition                          |
      | Device       | an LDAP filter                              |
      | Device       | a path                                      |
      | Device       | a command                                   |
      | Device       | a template                                  |
      | Device       | a format                                    |
      | Device       | markup                                      |
      | Device       | line breaks                                 |
      | Device       | a text of another script                    |
      | Device       | a right-to-left mark                        |
      | Device       | a character beyond the basic plane          |
      | Device       | a long text                                 |
      | organisation | an SQL condition                            |
      | organisation | an SQL wildcard                             |
      | organisation | a shell wildcard                            |
      | organisation | a long text                                 |

  @RWS-N41 @O-WS-d @O-WS-g @O-WS-h @P-4.1-a
  Scenario Outline: A hostile text in a retrieval is no match and breaks nothing
    When the user retrieves a certificate by a hostile text: <text>
    Then the answer is that there is no match, or that the search parameters are bad
    And the answer shows nothing of the Repository's inside
    And the user is served as before

    Examples:
      | text                                        |
      | a quote                                     |
      | a double quote                              |
      | an SQL condition                            |
      | an SQL comment                              |
      | a second SQL statement                      |
      | an SQL union                                |
      | an SQL wildcard                             |
      | an SQL wildcard in the place of a character |
      | a shell wildcard                            |
      | a regular expression                        |
      | an XPath condition                          |
      | an LDAP filter                              |
      | a path                                      |
      | a command                                   |
      | a template                                  |
      | a format                                    |
      | markup                                      |
      | line breaks                                 |
      | a text of another script                    |
      | a right-to-left mark                        |
      | a character beyond the basic plane          |
      | a long text                                 |

  @RWS-N42 @O-WS-a
  Scenario Outline: A right <request> by <method> is not answered with a certificate
    When the user sends a right <request> by <method>
    Then the request is refused and no certificate is disclosed

    Examples:
      | request   | method |
      | search    | GET    |
      | search    | PUT    |
      | search    | PATCH  |
      | search    | DELETE |
      | retrieval | GET    |
      | retrieval | PUT    |
      | retrieval | PATCH  |
      | retrieval | DELETE |

  @RWS-N43 @O-WS-a @advisory
  Scenario Outline: A right <request> as <media_type> is refused
    Advisory: the media type is given, and an RA that does not look at it harms nobody.
    When the user sends a right <request> as <media_type>
    Then the request is refused and no certificate is disclosed

    Examples:
      | request   | media_type                        |
      | search    | text/plain                        |
      | search    | application/json                  |
      | search    | application/x-www-form-urlencoded |
      | search    | no media type                     |
      | retrieval | text/plain                        |
      | retrieval | no media type                     |
