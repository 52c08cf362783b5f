@interface-portal-gateway
Feature: SMKI Portal: its pages can be used by everybody
  Appendix M 2.3, General obligations: the W3C Web Content Accessibility Guidelines 2, level AA. A real browser draws
  each page in each of its states, and axe-core applies the rules that a machine can decide; criteria that WCAG 2.1
  added are advice. What only a person can decide stands in the notes.

  @PGO-P60 @M-2.3.GO-c @needs-browser
  Scenario Outline: The pages for Organisation Certificates meet the Web Content Accessibility Guidelines
    Given an ARO for Organisation Certificates at a browser
    When the browser shows <page>
    Then the page meets the Web Content Accessibility Guidelines 2, level AA

    Examples:
      | page                                                     |
      | the landing page                                         |
      | the first of the Organisation pages                      |
      | the form for an Organisation CSR                         |
      | the answer to a right Organisation CSR                   |
      | the answer to a wrong Organisation CSR                   |
      | the list of the ARO's Organisation CSRs                  |
      | the page of a rejected Organisation CSR                  |
      | the refusal of an IKI Certificate for Organisation pages |
      | an Organisation page that does not exist                 |

  @PGO-P61 @M-2.3.GO-c @needs-browser
  Scenario Outline: Everything on the pages for Organisation Certificates is reached by the keyboard
    Given an ARO for Organisation Certificates at a browser
    When the browser shows <page>
    Then the Tab key reaches every link, field and button of the page

    Examples:
      | page                                   |
      | the landing page                       |
      | the form for an Organisation CSR       |
      | the answer to a right Organisation CSR |

  @PGO-P62 @M-2.3.GO-c @M-2.3.EST-a @N-1.1-a @needs-browser
  Scenario: An Organisation CSR can be submitted by the keyboard alone
    Given an ARO for Organisation Certificates at a browser
    When the ARO submits an Organisation CSR by the keyboard alone, from the landing page on
    Then the portal tells what becomes of it

  @PGD-P60 @M-2.3.GO-c @needs-browser
  Scenario Outline: The pages for Device Certificates meet the Web Content Accessibility Guidelines
    Given an ARO for Device Certificates at a browser
    When the browser shows <page>
    Then the page meets the Web Content Accessibility Guidelines 2, level AA

    Examples:
      | page                                               |
      | the first of the Device pages                      |
      | the form for a Device CSR                          |
      | the answer to a right Device CSR                   |
      | the answer to a wrong Device CSR                   |
      | the form for a Batched CSR                         |
      | the answer to a right Batched CSR                  |
      | the answer to a wrong Batched CSR                  |
      | the list of the ARO's Device CSRs                  |
      | the page of a rejected Device CSR                  |
      | the certificate pickup page                        |
      | the refusal of an IKI Certificate for Device pages |
      | a Device page that does not exist                  |

  @PGD-P61 @M-2.3.GO-c @needs-browser
  Scenario Outline: Everything on the pages for Device Certificates is reached by the keyboard
    Given an ARO for Device Certificates at a browser
    When the browser shows <page>
    Then the Tab key reaches every link, field and button of the page

    Examples:
      | page                              |
      | the form for a Device CSR         |
      | the form for a Batched CSR        |
      | the list of the ARO's Device CSRs |
      | the certificate pickup page       |

  @PGD-P62 @M-2.3.GO-c @M-2.3.EST-a @N-1.1-a @needs-browser
  Scenario: A Device CSR can be submitted by the keyboard alone
    Given an ARO for Device Certificates at a browser
    When the ARO submits a Device CSR by the keyboard alone, from the landing page on
    Then the portal tells what becomes of it
