@interface-adhoc @interface-batch @interface-portal-gateway
Feature: A target without a SMKI Portal via the Internet takes no Device CSR there
  The proposal, S-3. Whether there is such a portal is a claim of the conformance statement.

  @INT-N20 @S-3
  Scenario: Where no Internet portal is claimed, nothing answers at its address
    Given a release of the SEC in which the Internet portal takes no Device CSR
    And a conformance statement without a portal via the Internet
    Then nothing answers at the address that the target file has for one, if any
