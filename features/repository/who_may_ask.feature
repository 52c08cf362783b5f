@interface-repository-web-service
Feature: Repository Web Service: only a user with an API Key is told anything
  Appendix O; P3.0 Appendix B. How a user is refused is not known: any refusal does that discloses no certificate.

  Background:
    Given the Repository Web Service serves the user

  @RWS-P30 @O-WS-a @P-1.1-a @K-e
  Scenario: Each user with an API Key is served
    When each user of the Repository Web Service searches for the certificate and retrieves it
    Then each of them is served

  @RWS-N30 @O-WS-i @K-e
  Scenario Outline: A request with <key> is refused and discloses nothing
    When somebody searches for the certificate and retrieves it with <key>
    Then each request is refused and no certificate is disclosed

    Examples:
      | key                                                    |
      | no API Key                                             |
      | an empty API Key                                       |
      | an API Key that was never given                        |
      | an API Key that was never given, twice                 |
      | the user's API Key without its last character          |
      | the first half of the user's API Key                   |
      | the user's API Key and one character more              |
      | the user's API Key with its last character changed     |
      | another user's API Key with its last character changed |
      | the user's API Key under another name                  |
      | the user's name in place of the API Key                |

  @RWS-N31 @O-WS-i
  Scenario: A user whose access was withdrawn is refused and told nothing
    When a user whose access was withdrawn searches for the certificate and retrieves it
    Then each request is refused and no certificate is disclosed

  @RWS-N32 @O-WS-i @K-e
  Scenario Outline: A hostile text in place of an API Key is refused and breaks nothing
    When somebody searches for the certificate and retrieves it with a hostile API Key: <text>
    Then each request is refused and no certificate is disclosed
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
      | a NUL                                       |
      | octets that are not UTF-8                   |
      | a percent sign that encodes nothing         |
      | 4,000 characters                            |

  @RWS-N33 @O-WS-a @O-WS-i @advisory
  Scenario Outline: The user's API Key <where>, and not in the query, identifies nobody
    Advisory: the query is its place, and an RA that looks for it elsewhere as well harms nobody.
    When somebody searches for the certificate and retrieves it with the user's API Key <where>
    Then each request is refused and no certificate is disclosed

    Examples:
      | where                  |
      | in a header of its own |
      | as a bearer token      |
