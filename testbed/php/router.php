<?php

/**
 * For `php -S`: files that exist are served as they are, everything else is CiviCRM's.
 */

declare(strict_types=1);

$path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && !str_ends_with($path, '.php') && is_file($_SERVER['DOCUMENT_ROOT'] . rawurldecode($path))) {
    return false;
}

require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
