/**
 * A message of SNS as it may be shown: whoever has its UnsubscribeURL can end the subscription, and with a token or a
 * SubscribeURL another one can be confirmed. Only the text is changed, since it may be no JSON.
 */
export function withoutLinks(message: string): string {
  return message.replaceAll(
    /"(UnsubscribeURL|UnsubscribeUrl|SubscribeURL|SubscribeUrl|Token)"(\s*:\s*)"(?:[^"\\]|\\.)*"/g,
    '"$1"$2"(not shown)"',
  )
}
