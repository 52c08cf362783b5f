@interface-repository-web-service
Feature: Repository Web Service: a certificate is retrieved by its serial number
  Appendix O. It is the same octets as the issuing interface gave, and what is told of it is true of it.

  Background:
    Given a user of the Repository Web Service

  @RWS-P10 @O-WS-a @O-WS-d @O-WS-e @O-WS-f @O-WS-j @O-WS-k @O-WS-m @O-LODGE-c @G-EUI-b @K-e
  Scenario Outline: A Device Certificate is retrieved by its serial number, octet for octet
    Given a Device Certificate for <usage> in the Repository
    When the user retrieves it by its serial number
    Then it is the certificate, octet for octet
    And what is told of it is what the certificate says

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @RWS-P11 @O-WS-d @O-WS-e @O-WS-f @O-WS-j @O-WS-k @O-WS-l @O-WS-m @O-LODGE-c @G-EUI-b
  Scenario Outline: An Organisation Certificate is retrieved by its serial number, with its role in decimal
    Given an Organisation Certificate for <usage> in the Repository
    When the user retrieves it by its serial number
    Then it is the certificate, octet for octet
    And what is told of it is what the certificate says

    Examples:
      | usage           |
      | Digital Signing |
      | Key Agreement   |

  @RWS-P12 @O-WS-c @O-WS-e
  Scenario Outline: A search and a retrieval tell the same of <what>
    Given <what> in the Repository
    When the user retrieves it by its serial number
    Then a search tells the same of it

    Examples:
      | what                                            |
      | a Device Certificate for Digital Signing        |
      | an Organisation Certificate for Digital Signing |

  @RWS-P13 @O-WS-e @O-WS-j
  Scenario Outline: Of an Organisation Certificate that <life> the status says so
    Given an Organisation Certificate that <life>
    When the user retrieves it by its serial number
    Then it is told that it <life>
    And a search tells the same of it

    Examples:
      | life        |
      | is valid    |
      | has expired |
      | was revoked |

  @RWS-P14 @O-WS-a @O-WS-d @O-WS-f
  Scenario Outline: A retrieval is understood however its XML is written
    Given the Repository Web Service serves the user
    When the user retrieves the certificate with <shape>
    Then it is the certificate, octet for octet

    Examples:
      | shape                                       |
      | the octets of the DCC's own client          |
      | no XML declaration                          |
      | line breaks and indentation                 |
      | a declaration in single quotes              |
      | character references in place of characters |

  @RWS-N10 @O-WS-d @O-WS-g
  Scenario Outline: The retrieval of <what> finds no match
    Given the Repository Web Service serves the user
    When the user retrieves <what>
    Then the answer is that there is no match

    Examples:
      | what                                                      |
      | a serial number that no certificate has                   |
      | a certificate's serial number with its last digit changed |
