/**
 * What the chat keeps in this browser: its token, how far the person has read, and messages the server has
 * not acknowledged. Where storage is forbidden it lasts as long as the page.
 */

export interface Pending {
  clientMessageId: string;
  content: string;
  /** When it was written, in milliseconds; no two are equal, so it is also their order. */
  at: number;
}

interface Kept {
  token?: string;
  /** createdAt of the newest message that was on screen. */
  seen?: string;
}

/** After this an unsent message is no longer what the person wants to say, in milliseconds. */
const FORGET_AFTER = 24 * 3600 * 1000;

export class Store {
  #key: string;
  #memory = new Map<string, string>();

  constructor(tenantId: string) {
    this.#key = "echo:" + tenantId;
  }

  read(): Kept {
    return this.#parse<Kept>(this.#key) ?? {};
  }

  write(change: Kept): void {
    this.#set(this.#key, JSON.stringify({ ...this.read(), ...change }));
  }

  /**
   * Unacknowledged messages in the order they were written. One key each: two tabs never overwrite one
   * another.
   */
  pending(now = Date.now()): Pending[] {
    const found: Pending[] = [];
    for (const key of this.#keys()) {
      if (!key.startsWith(this.#key + ":out:")) continue;
      const entry = this.#parse<Pending>(key);
      if (entry && now - entry.at < FORGET_AFTER) found.push(entry);
      else this.#set(key, null);
    }
    return found.sort((a, b) => a.at - b.at);
  }

  keep(entry: Pending): void {
    this.#set(`${this.#key}:out:${entry.clientMessageId}`, JSON.stringify(entry));
  }

  forget(clientMessageId: string): void {
    this.#set(`${this.#key}:out:${clientMessageId}`, null);
  }

  #parse<T>(key: string): T | null {
    try {
      return JSON.parse(this.#memory.get(key) ?? localStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  #set(key: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
      this.#memory.delete(key);
    } catch {
      if (value === null) this.#memory.delete(key);
      else this.#memory.set(key, value);
    }
  }

  #keys(): string[] {
    try {
      return [...Object.keys(localStorage), ...this.#memory.keys()];
    } catch {
      return [...this.#memory.keys()];
    }
  }
}
