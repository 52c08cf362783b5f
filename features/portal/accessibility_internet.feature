@interface-portal-internet
Feature: SMKI Portal via the Internet: its pages can be used by everybody
  As on the portal via DCC Gateway Connection. Appendix M asks it of that one only, so that nothing fails here.

  @INT-P60 @M-2.3.GO-c @advisory @needs-browser
  Scenario Outline: The pages of the portal via the Internet meet the Web Content Accessibility Guidelines
    Given an ARO for Organisation Certificates at a browser
    When the browser shows <page>
    Then the page meets the Web Content Accessibility Guidelines 2, level AA

    Examples:
      | page                                     |
      | the landing page                         |
      | the first of the Organisation pages      |
      | the form for an Organisation CSR         |
      | the answer to a right Organisation CSR   |
      | the answer to a wrong Organisation CSR   |
      | the list of the ARO's Organisation CSRs  |
      | an Organisation page that does not exist |
