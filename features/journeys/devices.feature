@interface-adhoc @interface-batch
Feature: Journeys: the first certificates of a Device come through a batch, their replacements through the Ad Hoc service
  Appendix M 2.4.1.3 and 2.5.1.3.

  Background:
    Given an Authorised Subscriber of the Batched Device CSR Web Service
    And an Authorised Subscriber of the Ad Hoc Device CSR Web Service

  @E2E-P01 @M-2.4.1.3-a @M-2.5.1.4-a
  Scenario: A Device whose first certificate came through a batch has it replaced through the Ad Hoc service
    When the subscriber submits a batch with both usages for one new Device
    Then each Device CSR of it is issued a Device Certificate
    And the Ad Hoc service replaces the certificate of that Device

  @E2E-P02 @M-2.4.1.3-b @M-2.5.1.3-d @needs-operator-devices
  Scenario: Certificates from both services count towards one limit
    Given a Device that is one certificate short of the limit, for the batch
    When the subscriber submits a batch of 1 Device CSRs for that Device
    Then each Device CSR of it is issued a Device Certificate
    And the Ad Hoc service refuses that Device for the limit
