<?php

/**
 * In place of totten/ca-config: the system's own certificate authorities, so there is nothing to configure.
 */

declare(strict_types=1);

class CA_Config_Curl
{
    final public static function probe(array $policy = []): static
    {
        return new static();
    }

    public function isEnableSSL(): bool
    {
        return true;
    }

    public function toCurlOptions(): array
    {
        return [];
    }

    public function toStreamOptions(): array
    {
        return [];
    }
}

class CA_Config_Stream extends CA_Config_Curl
{
}
