<?php

// Core says `require_once 'Log.php'`, so this name has to be on the include path.
require_once __DIR__ . '/logging.php';
