/** Text for what only actions may do. */
export function wrongKind(subject: string): string {
  return `Can't use ${subject} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`;
}
