/**
 * What nearly every mail event has in common: the words of SES and of CiviMail's headers, in the order in which they
 * stand in the JSON. Nothing in it is of anybody's installation.
 *
 * It is part of what is stored: bytes that were packed with it can be read with it alone. So it never changes; a
 * better one gets a mark of its own (see packedJson.ts).
 */
export const eventDictionary = Buffer.from(
  [
    // What is rare stands first: near the end a reference takes fewer bits.
    '"renderingFailure":{"errorMessage":"Attribute \'","templateName":"","reject":{"reason":"Bad content"}',
    '"subscription":{"contactList":"","topicName":"","unsubscribeAll":true,"source":"","subscriptionStatus":"OptOut"}',
    '"bounceType":"Permanent","bounceSubType":"Suppressed","bounceSubType":"NoEmail","bounceType":"Transient","bounceSubType":"ContentRejected","bounceSubType":"AttachmentRejected","bounceSubType":"MessageTooLarge",',
    '{"kind":"click","dialect":"eventPublishing","recipient":"","class":"","detail":{"timestamp":"","ipAddress":"192.0.2.1","userAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148","link":"https://","linkTags":null}}',
    '{"kind":"open","dialect":"eventPublishing","recipient":"","detail":{"timestamp":"","ipAddress":"192.0.2.1","userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Gecko/20100101 Firefox/128.0"}}',
    '{"kind":"deliveryDelay","dialect":"eventPublishing","recipient":"","detail":{"timestamp":"","delayType":"MailboxFull","delayType":"TransientCommunicationFailure","expirationTime":"","delayedRecipients":[{"emailAddress":"","status":"4.4.1","diagnosticCode":"smtp; 421 4.4.1 Unable to connect to remote host"}],"reportingMTA":"',
    '{"kind":"complaint","dialect":"identity","recipient":"","bounce":null,"complaint":{"feedbackType":"abuse","subType":null},"namedRecipients":1,"class":"abuse","detail":{"feedbackId":"","complaintSubType":null,"complainedRecipients":[{"emailAddress":""}],"timestamp":"","userAgent":"","complaintFeedbackType":"abuse","arrivalDate":"',
    '{"kind":"bounce","dialect":"eventPublishing","recipient":"","bounce":{"type":"Transient","subType":"MailboxFull","status":"4.2.2","type":"Undetermined","subType":"Undetermined","type":"Permanent","subType":"OnAccountSuppressionList","type":"Permanent","subType":"General","status":"5.1.1","action":"failed","diagnosticCode":"smtp; 550 5.1.1 The email account that you tried to reach does not exist user unknown","dsn":true},"complaint":null,"namedRecipients":1,"class":"Permanent",',
    '"detail":{"feedbackId":"","bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}],"timestamp":"","remoteMtaIp":"192.0.2.1","reportingMTA":"dns; a8-50.smtp-out.amazonses.com"}}',
    '{"kind":"delivery","dialect":"identity","recipient":"","kind":"delivery","dialect":"eventPublishing","recipient":"","sesMessageId":"0102019-000000","feedbackId":null,"timestamp":"2026-01-01T00:00:00.000Z","occurredAt":17,"bounce":null,"complaint":null,"namedRecipients":1,"class":"",',
    '"mail":{"source":"b.1.","destinations":[""],"headers":[{"name":"Received","value":"from  by email-smtp.amazonaws.com with SMTP (SimpleEmailService-d-"},{"name":"MIME-Version","value":"1.0"},{"name":"List-Unsubscribe-Post","value":"List-Unsubscribe=One-Click"},',
    '{"name":"List-Unsubscribe","value":"<mailto:u.1.@>, <https:///civicrm/mailing/unsubscribe?reset=1&jid=1&qid=1&h=>"},{"name":"Subject","value":""},{"name":"Precedence","value":"bulk"},{"name":"job_id","value":"1"},{"name":"From","value":"\\" <info@"},{"name":"Reply-To","value":"\\" <info@"},',
    '{"name":"Return-Path","value":"b.1."},{"name":"X-CiviMail-Bounce","value":"b.1."},{"name":"To","value":""},{"name":"Content-Type","value":"text/plain; charset=utf-8"},{"name":"Content-Transfer-Encoding","value":"8bit"},{"name":"Content-Type","value":"multipart/alternative; boundary=\\"=_"},{"name":"Date","value":"Thu, 01 Jan 2026 00:00:00 +0000"},{"name":"Message-ID","value":"<"}],',
    '"headersTruncated":false,"from":[""],"to":[""],"returnPath":"b.1.","sentAt":17,"tags":{"ses:operation":["SendSmtpEmail"],"ses:configuration-set":[""],"ses:source-tls-version":["TLSv1.3"],"ses:source-ip":["192.0.2.1"],"ses:from-domain":[""],"ses:caller-identity":[""],"ses:outgoing-tls-version":["TLSv1.3"],"ses:outgoing-ip":["192.0.2.1"]}},',
    '"detail":{"timestamp":"2026-01-01T00:00:00.000Z","processingTimeMillis":1000,"recipients":[""],"smtpResponse":"250 2.0.0 OK  17 - gsmtp","remoteMtaIp":"192.0.2.1","reportingMTA":"a8-50.smtp-out.amazonses.com"}}',
  ].join(''),
)
