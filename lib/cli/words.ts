/** The words of a setting such as `root_helper`; they go before a command, none of them through a shell. */
export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** What goes before a privileged command of this user: nothing for root. */
export function privilegePrefix(rootHelper: string, userId: number | undefined): readonly string[] {
  return userId === 0 ? [] : words(rootHelper);
}
