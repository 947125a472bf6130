<?php

/**
 * Installs CiviCRM into an empty database, without a browser. To be called by its absolute path: the
 * installer takes a relative one for a wrong base URL.
 *
 * Input: the environment variable TESTBED (JSON: url, site, siteKey, adminPassword, database).
 * Ends with status 1 and a line for each reason where a requirement is not met.
 */

declare(strict_types=1);

$settings = json_decode((string) getenv('TESTBED'), true, 16, JSON_THROW_ON_ERROR);
$site = $settings['site'];
$database = $settings['database'];

$_SERVER['HTTP_HOST'] = substr($settings['url'], strlen('http://'));
$GLOBALS['appRootPath'] = $site;

require_once "$site/core/vendor/autoload.php";
require_once "$site/core/CRM/Core/ClassLoader.php";
CRM_Core_ClassLoader::singleton()->register();
require_once "$site/core/setup/civicrm-setup-autoload.php";

\Civi\Setup::assertProtocolCompatibility(1.0);
\Civi\Setup::init(['cms' => 'Standalone', 'srcPath' => "$site/core", 'setupPath' => "$site/core/setup"]);
$setup = \Civi\Setup::instance();
$model = $setup->getModel();

$model->cmsBaseUrl = $settings['url'];
$model->db = $model->cmsDb = [
    // TCP, never a socket: PEAR's DB cannot read a socket in a DSN.
    'server' => $database['host'] . ':' . $database['port'],
    'username' => $database['user'],
    'password' => $database['password'],
    'database' => $database['name'],
];
$model->siteKey = $settings['siteKey'];
$model->lang = 'en_US';
$model->components = ['CiviMail'];
$model->extras['adminUser'] = 'admin';
$model->extras['adminPass'] = $settings['adminPassword'];
$model->extras['adminEmail'] = 'admin@crm.example.org';

$errors = $setup->checkRequirements()->getErrors();
foreach ($errors as $error) {
    fwrite(STDERR, "{$error['section']}/{$error['name']}: {$error['message']}\n");
}
if ($errors) {
    exit(1);
}

$setup->installFiles();
$setup->installDatabase();
