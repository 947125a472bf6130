<?php

/**
 * Fills a fresh CiviCRM with the world the tests live in, by CiviCRM's own API: who may call, the mail
 * settings, two mailings, and the people whose addresses have been trouble to others.
 *
 * Input: TESTBED (JSON: site, url, apiKey, adminApiKey); CIVICRM_DSN, CIVICRM_UF_DSN and CIVICRM_UF_BASEURL,
 * which CiviCRM itself prefers to its settings file; argv[1]: the file for the answer.
 * The answer (JSON) has `mailings` and `people`, and for each of these contact, email and queue row.
 */

declare(strict_types=1);

use Civi\Api4\Contact;
use Civi\Api4\Email;
use Civi\Api4\Job;
use Civi\Api4\MailSettings;
use Civi\Api4\Role;
use Civi\Api4\User;

$settings = json_decode((string) getenv('TESTBED'), true, 16, JSON_THROW_ON_ERROR);
// A script has no host of a request; CiviCRM wants one all the same.
$_SERVER['HTTP_HOST'] = substr($settings['url'], strlen('http://'));
require_once $settings['site'] . '/civicrm.standalone.php';
CRM_Core_Config::singleton();

/** A contact with one email row; the address is stored as CiviCRM stores it (lower case). */
function person(string $name, string $address, array $values = []): array
{
    [$first, $last] = explode(' ', $name, 2);
    $contact = Contact::create(false)
        ->setValues(['contact_type' => 'Individual', 'first_name' => $first, 'last_name' => $last] + $values)
        ->execute()->single();
    $email = Email::create(false)
        ->setValues(['contact_id' => $contact['id'], 'email' => $address, 'is_primary' => true])
        ->execute()->single();

    return ['contactId' => $contact['id'], 'emailId' => $email['id'], 'email' => $email['email'], 'name' => $name];
}

/** A mailing that has been sent, with the one job that sent it. */
function mailing(string $name): array
{
    $deprecated = ['is_calling_function_updated_to_reflect_deprecation' => true];
    $mailing = civicrm_api3('Mailing', 'create', $deprecated + [
        'name' => $name,
        'subject' => $name,
        'body_text' => "$name. To unsubscribe: {action.unsubscribeUrl} {domain.address}",
        'from_name' => 'Example Society',
        'from_email' => 'news@crm.example.org',
        'created_id' => 2,
    ]);
    $job = civicrm_api3('MailingJob', 'create', $deprecated + [
        'mailing_id' => $mailing['id'],
        'status' => 'Complete',
        'is_test' => 0,
        'scheduled_date' => date('YmdHis'),
        'start_date' => date('YmdHis'),
        'end_date' => date('YmdHis'),
    ]);
    CRM_Core_DAO::executeQuery(
        'UPDATE civicrm_mailing SET is_completed = 1, status = "Complete" WHERE id = %1',
        [1 => [$mailing['id'], 'Integer']],
    );

    return ['mailingId' => (int) $mailing['id'], 'jobId' => (int) $job['id'], 'name' => $name];
}

/** The person's row in the mailing's queue, delivered: what a VERP address points to. */
function queued(array $person, array $mailing): array
{
    $row = CRM_Mailing_Event_BAO_MailingEventQueue::create([
        'job_id' => $mailing['jobId'],
        'mailing_id' => $mailing['mailingId'],
        'email_id' => $person['emailId'],
        'contact_id' => $person['contactId'],
    ]);
    CRM_Core_DAO::executeQuery(
        'INSERT INTO civicrm_mailing_event_delivered (event_queue_id) VALUES (%1)',
        [1 => [$row->id, 'Integer']],
    );

    return $person + [
        'sentTo' => $person['email'],
        'mailingId' => $mailing['mailingId'],
        'jobId' => $mailing['jobId'],
        'queueId' => (int) $row->id,
        'hash' => $row->hash,
    ];
}

// Who may call. The first is all that the gateway needs; the second may also look into mailing events.
Role::create(false)->setValues([
    'name' => 'ses_gateway',
    'label' => 'SES gateway',
    'permissions' => [
        'access CiviCRM',
        'access CiviMail',
        'authenticate with api key',
        'view all contacts',
        'edit all contacts',
    ],
])->execute();
$gateway = Contact::create(false)->setValues([
    'contact_type' => 'Individual',
    'first_name' => 'SES',
    'last_name' => 'Gateway',
    'api_key' => $settings['apiKey'],
])->execute()->single();
User::create(false)->setValues([
    'contact_id' => $gateway['id'],
    'username' => 'ses-gateway',
    'uf_name' => 'ses-gateway@crm.example.org',
    'password' => bin2hex(random_bytes(16)),
    'roles:name' => ['ses_gateway'],
])->execute();
$administrator = User::get(false)->addWhere('username', '=', 'admin')->addSelect('contact_id')->execute()->single();
Contact::update(false)
    ->addWhere('id', '=', $administrator['contact_id'])
    ->addValue('api_key', $settings['adminApiKey'])
    ->execute();

// The addresses of bounces: bounce+b.JOB.QUEUE.HASH@crm.example.org
MailSettings::update(false)
    ->addWhere('is_default', '=', true)
    ->setValues(['localpart' => 'bounce+', 'domain' => 'crm.example.org'])
    ->execute();

// Nothing asks outside this machine: no catalogue of extensions, no news, no job that looks for new versions.
Civi::settings()->set('ext_repo_url', false);
Civi::settings()->set('communityMessagesUrl', false);
Job::update(false)->addWhere('id', '>', 0)->addValue('is_active', false)->execute();

$spring = mailing('Spring newsletter');
$autumn = mailing('Autumn appeal');

$people = [];
for ($number = 1; $number <= 30; $number++) {
    $one = person("Reader Number$number", sprintf('reader%02d@example.org', $number));
    $people[sprintf('reader%02d', $number)] = queued($one, $spring);
    queued($one, $autumn);
}

// Addresses that pattern matching has cut or refused, and the innocent owners of what was left of them.
$people['apostrophe'] = queued(person("Aoife O'Brien", "o'brien@example.org"), $spring);
$people['apostropheCut'] = person('Innocent Brien', 'brien@example.org');
$people['ampersand'] = queued(person('Anne Bell', 'a&b@example.org'), $spring);
$people['ampersandCut'] = person('Innocent Bell', 'b@example.org');
$people['umlaut'] = queued(person('Max Müller', 'müller@example.org'), $spring);
// CiviCRM's database compares without accents: a search for this one finds the one above as well.
$people['umlautPlain'] = person('Plain Muller', 'muller@example.org');
$people['umlautCut'] = person('Innocent Ller', 'ller@example.org');
$people['international'] = queued(person('Ivan Petrov', 'user@example.xn--p1ai'), $spring);
$people['plusTag'] = queued(person('Tag User', 'user+tag@example.org'), $spring);
$people['plusTagCut'] = person('Innocent User', 'user@example.org');
$people['upperCase'] = queued(person('Upper Case', 'Upper.Case@Example.ORG'), $spring);
$people['longAddress'] = queued(person('Long Address', str_repeat('a', 64) . '@' . str_repeat('b', 60) . '.example.org'), $spring);

// One address on three contacts, one of them in the trash. The mailing went to the first.
$people['sharedFirst'] = queued(person('First Shared', 'family@example.net'), $spring);
$people['sharedSecond'] = person('Second Shared', 'family@example.net');
$people['sharedDeleted'] = person('Deleted Shared', 'family@example.net');
Contact::update(false)
    ->addWhere('id', '=', $people['sharedDeleted']['contactId'])
    ->addValue('is_deleted', true)
    ->execute();

// Changed, and removed, after the mailing went out.
$people['edited'] = queued(person('Edited Address', 'old-address@example.org'), $spring);
Email::update(false)
    ->addWhere('id', '=', $people['edited']['emailId'])
    ->addValue('email', 'new-address@example.org')
    ->execute();
$people['edited']['email'] = 'new-address@example.org';
$people['removed'] = queued(person('Removed Address', 'removed-address@example.org'), $spring);
Email::delete(false)->addWhere('id', '=', $people['removed']['emailId'])->execute();

// Queue rows are purged in time; the address of the mail still names the row.
$people['purged'] = queued(person('Purged Row', 'purged@example.org'), $spring);
CRM_Core_DAO::executeQuery(
    'DELETE FROM civicrm_mailing_event_queue WHERE id = %1',
    [1 => [$people['purged']['queueId'], 'Integer']],
);

// Held, released and written to again; on hold by the contact's own wish; opted out already.
$people['released'] = queued(person('Released Before', 'released@example.org'), $spring);
Email::update(false)->addWhere('id', '=', $people['released']['emailId'])->addValue('on_hold', 1)->execute();
Email::update(false)->addWhere('id', '=', $people['released']['emailId'])->addValue('on_hold', 0)->execute();
$people['ownWish'] = queued(person('Own Wish', 'own-wish@example.org'), $spring);
Email::update(false)->addWhere('id', '=', $people['ownWish']['emailId'])->addValue('on_hold', 2)->execute();
$people['optedOut'] = queued(person('Opted Out', 'opted-out@example.org', ['is_opt_out' => true]), $spring);

// Receipts and reminders: mail without a mailing, so without a queue row.
for ($number = 1; $number <= 5; $number++) {
    $people["transactional$number"] = person("Receipt Number$number", "receipt$number@example.com");
}

file_put_contents($argv[1], json_encode(
    ['mailings' => [$spring, $autumn], 'people' => $people],
    JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE,
));
