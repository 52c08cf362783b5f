@interface-portal-gateway
Feature: Demand: what comes through the portal is processed in the same manner, in turn, and in time
  Appendix N 3.1.1, Appendix M 1.2. Times are UK local time.

  Background:
    Given an ARO for Device Certificates on the SMKI Portal

  @DEM-P07 @N-3.1.1-c @M-2.3.1.9-a
  Scenario: A Batched CSR that was uploaded before 20:00 is processed by 08:00 on the next day
    Given for the portal the time is before 20:00
    When the ARO uploads a Batched CSR of 3 Device CSRs for new Devices
    Then each Device CSR of it has its Device Certificate to pick up
    And the Batched CSR was processed by 08:00 on the next day

  @DEM-P08 @N-3.1.1-c @M-2.3.1.9-a
  Scenario: A Batched CSR that was uploaded after 20:00 is processed by the end of the following night
    Given for the portal the time is after 20:00
    When the ARO uploads a Batched CSR of 3 Device CSRs for new Devices
    Then each Device CSR of it has its Device Certificate to pick up
    And the Batched CSR was processed by the end of the following night

  @DEM-P09 @N-3.1.1-a @interface-batch @needs-operator-clock @needs-unpaced
  Scenario: Batches of the portal and of the web service are processed in turn
    Given for the portal the time is before 20:00
    And an Authorised Subscriber of the Batched Device CSR Web Service
    When batches come in turn from the portal, from the web service and from the portal
    Then none of them has its results before those that came earlier

  @DEM-P10 @M-1.2-c @advisory
  Scenario: The files of a Batched CSR are there within the target response time
    Given for the portal the time is before 20:00
    When the ARO uploads a Batched CSR of 3 Device CSRs for new Devices
    Then each Device CSR of it has its Device Certificate to pick up
    And the files of the Batched CSR were there within the target response time

  @DEM-P11 @M-1.2-d @advisory
  Scenario: The Device Certificate of an ad hoc Device CSR can be picked up within the target response time
    Given a new Device
    When the ARO submits a Digital Signing Device CSR for the Device
    Then its Device Certificate can be picked up within the target response time
