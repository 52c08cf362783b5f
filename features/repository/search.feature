@interface-repository-web-service
Feature: Repository Web Service: a search finds the certificates of an organisation or of a Device
  Appendix O. What is told of a certificate is judged by the certificate itself.

  Background:
    Given a user of the Repository Web Service

  @RWS-P01 @O-WS-a @O-WS-b @O-WS-c @O-WS-f @O-WS-j @O-WS-k @O-WS-m @G-EUI-b @P-1.1-a @K-e
  Scenario Outline: A search for a Device finds its Device Certificate
    Given a Device Certificate for <usage> in the Repository
    When the user searches for its Device
    Then the certificate is among the results
    And its result says what the certificate says

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @RWS-P02 @O-WS-b @O-WS-c @O-WS-f @O-WS-j @O-WS-k @O-WS-l @O-WS-m @G-EUI-b
  Scenario Outline: A search for an organisation finds its Organisation Certificate, with its role in decimal
    Given an Organisation Certificate for <usage> in the Repository
    When the user searches for its organisation
    Then the certificate is among the results
    And its result says what the certificate says

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @RWS-P03 @O-WS-b @O-WS-c @O-WS-k
  Scenario: A search finds all certificates of a Device that has several
    Given Device Certificates for both usages of one Device in the Repository
    When the user searches for its Device
    Then each of the certificates is among the results
    And each of their results says what its certificate says

  @RWS-P04 @O-WS-a @O-WS-b @O-WS-f
  Scenario Outline: A search is understood however its XML is written
    Given the Repository Web Service serves the user
    When the user searches for the certificate with <shape>
    Then the certificate is among the results

    Examples:
      | shape                                       |
      | the octets of the DCC's own client          |
      | no XML declaration                          |
      | line breaks and indentation                 |
      | a declaration in single quotes              |
      | character references in place of characters |

  @RWS-N01 @O-WS-b @O-WS-g
  Scenario Outline: A search for <whom> finds no match
    Given the Repository Web Service serves the user
    When the user searches for <whom>
    Then the answer is that there is no match

    Examples:
      | whom                                             |
      | a Device that never had a Device Certificate     |
      | an organisation that has no certificate          |
      | a Device, as if it were an organisation          |

  @RWS-N02 @O-WS-b @O-WS-g
  Scenario: A search for an organisation as if it were a Device finds no match
    Given an Organisation Certificate for Digital Signing in the Repository
    When the user searches for its organisation, as if it were a Device
    Then the answer is that there is no match
