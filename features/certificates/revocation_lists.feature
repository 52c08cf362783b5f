@interface-repository-portal @interface-repository-sftp
Feature: The revocation lists, as they are lodged in the Repository
  The Organisation CRL, and the Authority Revocation Lists of the organisations' CAs and of the Devices' CAs.

  @CRT-P70 @G-CRL-b @O-LODGE-b
  Scenario Outline: The Organisation CRL is lodged, signed by the Issuing CA, and its nextUpdate is to come
    When the Organisation CRL is taken by <way>
    Then it is there, by the right CA and fresh

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P71 @G-CRL-c
  Scenario Outline: An Authority Revocation List is lodged, signed by the root, and its nextUpdate is to come
    When the <list> is taken by <way>
    Then it is there, by the right CA and fresh

    Examples:
      | list             | way                   |
      | Organisation ARL | the Repository portal |
      | Organisation ARL | SFTP                  |
      | Device ARL       | the Repository portal |
      | Device ARL       | SFTP                  |

  @CRT-P72 @G-CRL-d
  Scenario Outline: A revocation list is version 2, with ECDSA and SHA-256, authorityKeyIdentifier and cRLNumber
    Given the <list> of the Repository
    Then the list keeps this rule

    Examples:
      | list             |
      | Organisation CRL |
      | Organisation ARL |
      | Device ARL       |

  @CRT-P73 @M-2.3.1.5-b @G-CRL-b @needs-operator-revocation
  Scenario Outline: An Organisation Certificate that its subscriber rejects is on a newer Organisation CRL, which is lodged
    Given an Organisation Certificate, and the Organisation CRL without it, by <way>
    When the Organisation Certificate is rejected by its subscriber
    Then it is on the Organisation CRL
    And that list is newer, by the right CA and fresh

    Examples:
      | way                   |
      | the Repository portal |
      | SFTP                  |

  @CRT-P77 @G-CRL-b @needs-operator-revocation
  Scenario: An Organisation Certificate that was not rejected is not on the Organisation CRL that lists another one
    Given an Organisation Certificate that is not rejected
    And an Organisation Certificate, and the Organisation CRL without it, by any way
    When the Organisation Certificate is rejected by its subscriber
    Then it is on the Organisation CRL
    And the one that is not rejected is not on it

  @CRT-P74 @G-CRL-b @needs-operator-clock
  Scenario: Another Organisation CRL is lodged before the nextUpdate of the last one has passed
    Given the Organisation CRL of the Repository
    When the time of its nextUpdate has come
    Then another one is lodged, newer and fresh
