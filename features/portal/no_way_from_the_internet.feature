@interface-adhoc @interface-batch @interface-portal-gateway @interface-portal-internet
Feature: No way leads from the Internet to Device Certificates
  The proposal, S-3. Whether there is a SMKI Portal via the Internet is a claim of the conformance statement; where
  there is none, its absence is the proof.

  @INT-N10 @S-3 @S-5
  Scenario: There is no SMKI Portal via the Internet, or its landing page has no link to Device pages
    Given a release of the SEC in which the Internet portal takes no Device CSR
    When a user looks for a portal via the Internet
    Then there is none, or it has a link to the Organisation pages and none to Device pages
