/** What a person has seen in CiviCRM of an effect that was uncertain; stands as the effect's answer. */
export const personsWord = {
  there: 'a person has seen that it stands in CiviCRM',
  absent: 'a person has seen that it does not stand in CiviCRM',
} as const
