<?php

/**
 * In place of PEAR's Log: lines appended to a file, and observers told of each.
 */

declare(strict_types=1);

// The severities of syslog (RFC 5424, 6.2.1): the lower the number, the graver.
const PEAR_LOG_EMERG = 0;
const PEAR_LOG_ALERT = 1;
const PEAR_LOG_CRIT = 2;
const PEAR_LOG_ERR = 3;
const PEAR_LOG_WARNING = 4;
const PEAR_LOG_NOTICE = 5;
const PEAR_LOG_INFO = 6;
const PEAR_LOG_DEBUG = 7;

/** Told of every line logged; CiviCRM's own observer extends it. */
class Log_observer
{
    /** @param array{priority: int, message: string} $event */
    public function notify(array $event): void
    {
    }
}

class Log
{
    /** @var array<string, Log> one logger for each file */
    private static array $known = [];

    /** @var Log_observer[] */
    private array $observers = [];

    final private function __construct(private readonly ?string $file)
    {
    }

    /** Every kind but 'file' (display, null, …) only tells its observers: an API reply must hold no log lines. */
    public static function factory($kind, $name = '', $ident = '', $options = [], $level = PEAR_LOG_DEBUG): self
    {
        return new static($kind === 'file' ? (string) $name : null);
    }

    public static function singleton($kind, $name = '', $ident = '', $options = [], $level = PEAR_LOG_DEBUG): self
    {
        return self::$known["$kind $name"] ??= static::factory($kind, $name);
    }

    public function log($message, $priority = PEAR_LOG_INFO): bool
    {
        $text = is_scalar($message) ? (string) $message : print_r($message, true);
        if ($this->file !== null) {
            file_put_contents($this->file, date('c') . " [$priority] $text\n", FILE_APPEND | LOCK_EX);
        }
        foreach ($this->observers as $observer) {
            $observer->notify(['priority' => $priority, 'message' => $text]);
        }

        return true;
    }

    /** The methods named after severities: emerg, alert, crit, err, warning, notice, info, debug. */
    public function __call(string $name, array $arguments): bool
    {
        return $this->log($arguments[0] ?? '', constant('PEAR_LOG_' . strtoupper($name)));
    }

    public function attach($observer): bool
    {
        $this->observers[spl_object_id($observer)] = $observer;

        return true;
    }

    public function detach($observer): bool
    {
        unset($this->observers[spl_object_id($observer)]);

        return true;
    }

    public function close(): bool
    {
        return true;
    }
}

class Log_file extends Log
{
}
