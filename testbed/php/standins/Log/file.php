<?php

// Core says `require_once 'Log/file.php'`, so this name has to be on the include path.
require_once dirname(__DIR__) . '/logging.php';
