<?php

/**
 * Stand-ins for the libraries of CiviCRM that the package registry does not hold.
 *
 * Each does only as much as CiviCRM's API, its installer and its status checks ask of it. They are
 * written for the test bed and are no replacement for the real libraries anywhere else.
 */

declare(strict_types=1);

require_once __DIR__ . '/logging.php';
require_once __DIR__ . '/sorting.php';
require_once __DIR__ . '/money.php';
require_once __DIR__ . '/phar.php';
require_once __DIR__ . '/text.php';
require_once __DIR__ . '/certificates.php';
require_once __DIR__ . '/markup.php';

// CiviCRM searches no folder whose path has a component beginning with a dot, and so finds none of its own
// files when the site lies below `.testbed`. Only what is hidden inside the site is to be left out.
define('CIVICRM_EXCLUDE_DIRS_PATTERN', '@^' . preg_quote(dirname(__DIR__), '@') . '.*/\.@');

// PEAR's libraries come from Debian, so Composer's map does not know them; their names are their paths.
spl_autoload_register(static function (string $class): void {
    if (preg_match('/^(DB|Mail|Net|PEAR)(_|$)/', $class)) {
        $file = stream_resolve_include_path(str_replace('_', '/', $class) . '.php');
        if ($file !== false) {
            require_once $file;
        }
    }
});
