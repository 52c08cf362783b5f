@interface-repository-portal
Feature: SMKI Repository portal: its pages can be used by everybody
  Appendix P 1.2 on browsers. No clause asks the Web Content Accessibility Guidelines of this portal, as Appendix M
  does of the SMKI Portal: what is found of them is advice.

  @RPO-P50 @P-1.2-a
  Scenario Outline: The Repository portal blocks no browser: <browser>
    Given a user whom the Repository portal lets in
    When <browser> opens the login page of the Repository portal
    Then it is shown the form for the login

    Examples:
      | browser                      |
      | Chrome on Windows            |
      | Edge on Windows              |
      | Firefox on Linux             |
      | Safari on macOS              |
      | Safari on a telephone        |
      | Internet Explorer 11         |
      | a text browser               |
      | a browser of an unknown name |

  @RPO-P51 @P-1.2-a @advisory
  Scenario: The supported browsers are published where users of the Repository portal see them
    Where they are published the text does not say, so that nothing fails here.
    When somebody reads the login page of the Repository portal and the pages that it leads to
    Then a browser is named on one of them

  @RPO-P60 @M-2.3.GO-c @advisory @needs-browser
  Scenario Outline: The pages of the Repository portal meet the Web Content Accessibility Guidelines
    Given a user of the Repository portal at a browser
    When the browser shows the Repository's <page>
    Then the page meets the Web Content Accessibility Guidelines 2, level AA

    Examples:
      | page                                  |
      | login page                            |
      | answer to a wrong password            |
      | page for a change of password         |
      | results of a search                   |
      | answer to a search that finds nothing |
      | answer to a wrong search              |
      | page of a certificate                 |
      | CA certificates                       |
      | revocation lists                      |

  @RPO-P61 @M-2.3.GO-c @advisory @needs-browser
  Scenario Outline: Everything on the pages of the Repository portal is reached by the keyboard
    Given a user of the Repository portal at a browser
    When the browser shows the Repository's <page>
    Then the Tab key reaches every link, field and button of the page

    Examples:
      | page                |
      | login page          |
      | results of a search |

  @RPO-P62 @M-2.3.GO-c @advisory @needs-browser
  Scenario: A certificate is searched for on the Repository portal by the keyboard alone, from the login on
    Given a user of the Repository portal at a browser
    When the user logs in and searches for a certificate by the keyboard alone
    Then the browser shows the certificate among the results

  @RPO-P63 @P-1.2-a @advisory @needs-browser
  Scenario: A browser without scripts can be used on the Repository portal
    Given a user of the Repository portal at a browser without scripts
    When the browser shows the Repository's results of a search
    Then the browser shows the certificate among the results
