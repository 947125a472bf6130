<?php

/**
 * In place of brick/money: amounts over the real brick/math, with two decimal places.
 *
 * CiviCRM formats amounts while it builds metadata; no test of the gateway looks at one.
 */

declare(strict_types=1);

namespace Brick\Money\Exception;

class UnknownCurrencyException extends \RuntimeException
{
}

namespace Brick\Money\Context;

class DefaultContext
{
    public function places(): ?int
    {
        return 2;
    }
}

class CustomContext extends DefaultContext
{
    public function __construct(private readonly int $places, int $step = 1)
    {
    }

    public function places(): ?int
    {
        return $this->places;
    }
}

/** As many places as the amount itself has. */
class AutoContext extends DefaultContext
{
    public function places(): ?int
    {
        return null;
    }
}

namespace Brick\Money;

use Brick\Math\BigDecimal;
use Brick\Math\RoundingMode;
use Brick\Money\Context\DefaultContext;
use Brick\Money\Exception\UnknownCurrencyException;

final class Currency
{
    public function __construct(
        private readonly string $code,
        private readonly int $numericCode,
        private readonly string $name,
        private readonly int $places,
    ) {
    }

    public static function of($code): self
    {
        return ISOCurrencyProvider::getInstance()->getCurrency($code);
    }

    public function getCurrencyCode(): string
    {
        return $this->code;
    }

    public function getNumericCode(): int
    {
        return $this->numericCode;
    }

    public function getName(): string
    {
        return $this->name;
    }

    public function getDefaultFractionDigits(): int
    {
        return $this->places;
    }
}

final class ISOCurrencyProvider
{
    public static function getInstance(): self
    {
        return new self();
    }

    public function getCurrency($code): Currency
    {
        if (!preg_match('/^[A-Z]{3}$/', (string) $code)) {
            throw new UnknownCurrencyException("No currency '$code'");
        }

        return new Currency((string) $code, 0, (string) $code, 2);
    }
}

final class Money
{
    private function __construct(private readonly BigDecimal $amount, private readonly Currency $currency)
    {
    }

    public static function of($amount, $currency, ?DefaultContext $context = null, $rounding = RoundingMode::UNNECESSARY): self
    {
        $places = ($context ?? new DefaultContext())->places();
        $exact = BigDecimal::of($amount);

        return new self(
            $places === null ? $exact : $exact->toScale($places, $rounding),
            $currency instanceof Currency ? $currency : Currency::of($currency),
        );
    }

    public function getAmount(): BigDecimal
    {
        return $this->amount;
    }

    public function getCurrency(): Currency
    {
        return $this->currency;
    }

    public function minus($other): self
    {
        return new self($this->amount->minus($other instanceof self ? $other->amount : $other), $this->currency);
    }

    public function compareTo($other): int
    {
        return $this->amount->compareTo($other instanceof self ? $other->amount : $other);
    }

    public function formatWith(\NumberFormatter $formatter): string
    {
        return $formatter->formatCurrency($this->amount->toFloat(), $this->currency->getCurrencyCode());
    }
}
